import type { Command } from 'commander';
import type { RunAction } from '../cli-context.ts';
import { type DataRecord, roundScores } from '../../records/index.ts';
import { type PairTally, tallyPairs } from '../../statistics/index.ts';
import { formatCount } from '../render/format.ts';
import { processLines, type RecordEstimate, type RecordWork } from '../lines/process-lines.ts';
import { type Given, withFlags } from '../flag-groups.ts';
import { BLENDER_FLAGS, LINE_FLAGS, RANKER_FLAGS, type RankerFlags } from '../shared-options.ts';

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
    );
  withFlags(command, LINE_FLAGS, RANKER_FLAGS, BLENDER_FLAGS).action((flags, files: readonly string[]) =>
    run((context) => {
      const logits: number[] = [];
      return processLines(
        {
          command: 'compare',
          flags,
          files,
          form: 'pair',
          estimate: estimateCompareRecord(flags),
          work: compareRecord(flags, (logit) => logits.push(logit)),
          summary: () => tallyLine(tallyPairs(logits)),
        },
        context,
      );
    }),
  );
}

/** What it takes to compare the two candidates of a record. */
export function estimateCompareRecord({ ranker }: Given<RankerFlags>): RecordEstimate {
  return ({ record, blender }) =>
    blender.estimateCompare({ ...(conversationsOf(record) ?? candidatesOf(record)), ranker });
}

/** Compares the two candidates of a record. */
export function compareRecord({ ranker }: Given<RankerFlags>, onLogit: (logit: number) => void = () => {}): RecordWork {
  return async ({ record, models, blender, abortSignal, onComparison }) => {
    const conversations = conversationsOf(record);
    const settings = { ranker, abortSignal };
    const result = await (conversations === undefined
      ? blender.compare({ ...candidatesOf(record), ...settings })
      : blender.compareConversations({ ...conversations, ...settings }));
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

/** The two conversations of a record; undefined where it has two candidates. */
function conversationsOf({ question, conversations = [] }: DataRecord) {
  const [a, b] = conversations;
  return a === undefined || b === undefined ? undefined : { a, b, system: question.system };
}

/** The two candidates of a record. */
function candidatesOf({ question, candidates: [a, b] }: DataRecord) {
  return { ...question, a: a?.text ?? '', b: b?.text ?? '' };
}

/** What all lines together say, in one line. */
function tallyLine({ wins, ties, losses, undecided, winRate, meanProbability }: PairTally): string {
  const noOpinion = undecided === 0 ? '' : `, ${formatCount(undecided, 'pair')} without an opinion`;
  const counts = `a is better in ${formatCount(wins, 'pair')}, b in ${losses}, ${formatCount(ties, 'tie')}${noOpinion}`;
  if (winRate === undefined || meanProbability === undefined) return counts;
  const [rate, low, high] = [winRate.share, winRate.low, winRate.high].map((share) => (100 * share).toFixed(1));
  return `${counts}. Win rate of a ${rate} % (95 % interval ${low} to ${high} %, a tie counts half), mean probability ${meanProbability.toFixed(3)}.`;
}
