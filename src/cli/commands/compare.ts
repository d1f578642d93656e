import type { Command } from 'commander';
import type { Blender, CompareResult } from '../../index.ts';
import type { RunAction } from '../cli-context.ts';
import { type DataRecord, roundScores } from '../../records/index.ts';
import { type PairTally, tallyPairs } from '../../statistics/index.ts';
import { formatCount } from '../render/format.ts';
import { processLines, type RecordWork } from '../lines/process-lines.ts';
import { addBlenderOptions, addLineOptions, addRankerOption, type LineFlags } from '../shared-options.ts';

/** Flags of `compare`. */
export interface CompareFlags extends LineFlags {
  readonly ranker?: string;
}

/** `compare`: the two candidates of each line. */
export function addCompareCommand(program: Command, run: RunAction): void {
  const command = program
    .command('compare')
    .summary('Compare the two candidates of each record of a file.')
    .description(
      'Compares two candidates in both orders. Records are {id, instruction, input?, a, b} or any other of the forms in docs/files.md, with two candidates or two conversations; output lines in the same order {id, logit, probability, models?}: the probability that a is better, and its log-odds; null where the ranker had no opinion.',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ llm-blender compare pairs.jsonl --output judged.jsonl
  $ echo '{"instruction":"2 + 2?","a":"4","b":"5"}' | llm-blender compare`,
    )
    .action((files: readonly string[], flags: CompareFlags) =>
      run((context) => {
        const logits: number[] = [];
        const work = compareRecord(flags, (logit) => logits.push(logit));
        const summary = () => tallyLine(tallyPairs(logits));
        return processLines({ command: 'compare', flags, files, form: 'pair', work, summary }, context);
      }),
    );
  addBlenderOptions(addRankerOption(addLineOptions(command)));
}

/** Compares the two candidates of a record. */
export function compareRecord({ ranker }: CompareFlags, onLogit: (logit: number) => void = () => {}): RecordWork {
  return async ({ record, models, blender, abortSignal, onComparison }) => {
    const result = await comparePair(blender, record, { ranker, abortSignal });
    onComparison();
    onLogit(result.logit);
    const { logit, probability, truncated, unreadable, warning } = result;
    return {
      fields: {
        ...roundScores({ logit, probability }),
        ...(models === undefined ? {} : { models }),
        ...(truncated ? { truncated } : {}),
        ...(unreadable ? { unreadable } : {}),
      },
      warning,
    };
  };
}

/** Compares the two candidates of a record, or its two conversations. */
function comparePair(
  blender: Blender,
  { question, candidates, conversations }: DataRecord,
  settings: { ranker: string | undefined; abortSignal: AbortSignal },
): Promise<CompareResult> {
  const [left, right] = conversations ?? [];
  const { system } = question;
  if (left !== undefined && right !== undefined) {
    return blender.compareConversations({ a: left, b: right, system, ...settings });
  }
  const [a, b] = candidates;
  return blender.compare({ ...question, a: a?.text ?? '', b: b?.text ?? '', ...settings });
}

/** What all lines together say, in one line. */
function tallyLine({ wins, ties, losses, undecided, winRate, meanProbability }: PairTally): string {
  const noOpinion = undecided === 0 ? '' : `, ${formatCount(undecided, 'pair')} without an opinion`;
  const counts = `a is better in ${formatCount(wins, 'pair')}, b in ${losses}, ${formatCount(ties, 'tie')}${noOpinion}`;
  if (winRate === undefined || meanProbability === undefined) return counts;
  const [rate, low, high] = [winRate.share, winRate.low, winRate.high].map((share) => (100 * share).toFixed(1));
  return `${counts}. Win rate of a ${rate} % (95 % interval ${low} to ${high} %, a tie counts half), mean probability ${meanProbability.toFixed(3)}.`;
}
