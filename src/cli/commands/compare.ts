import type { Command } from 'commander';
import type { RunAction } from '../cli-context.ts';
import { pairRecord } from '../../jsonl/index.ts';
import { type PairTally, tallyPairs } from '../../statistics/index.ts';
import { formatCount } from '../render/format.ts';
import { processLines } from '../lines/process-lines.ts';
import { addBlenderOptions, addLineOptions, addRankerOption, type LineFlags } from '../shared-options.ts';

interface CompareFlags extends LineFlags {
  readonly ranker?: string;
}

/** `compare`: the two candidates of each line. */
export function addCompareCommand(program: Command, run: RunAction): void {
  const command = program
    .command('compare')
    .summary('Compare the two candidates of each line of a JSONL file.')
    .description(
      'Compares two candidates in both orders. Input lines {id, instruction, input?, a, b}, output lines in the same order {id, logit, probability}: the probability that a is better, and its log-odds; null where the ranker had no opinion.',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ llm-blender compare --input pairs.jsonl --output judged.jsonl
  $ echo '{"instruction":"2 + 2?","a":"4","b":"5"}' | llm-blender compare`,
    )
    .action(({ ranker, ...flags }: CompareFlags) =>
      run((context) => {
        const logits: number[] = [];
        return processLines(
          {
            command: 'compare',
            flags,
            schema: pairRecord,
            work: async ({ record: { question, a, b }, blender, abortSignal, onComparison }) => {
              const result = await blender.compare({ ...question, a, b, ranker, abortSignal });
              onComparison();
              logits.push(result.logit);
              const { logit, probability, truncated, unreadable, warning } = result;
              return {
                fields: {
                  logit,
                  probability,
                  ...(truncated ? { truncated } : {}),
                  ...(unreadable ? { unreadable } : {}),
                },
                warning,
              };
            },
            summary: () => tallyLine(tallyPairs(logits)),
          },
          context,
        );
      }),
    );
  addBlenderOptions(addRankerOption(addLineOptions(command)));
}

/** What all lines together say, in one line. */
function tallyLine({ wins, ties, losses, undecided, winRate, meanProbability }: PairTally): string {
  const noOpinion = undecided === 0 ? '' : `, ${formatCount(undecided, 'pair')} without an opinion`;
  const counts = `a is better in ${formatCount(wins, 'pair')}, b in ${losses}, ${formatCount(ties, 'tie')}${noOpinion}`;
  if (winRate === undefined || meanProbability === undefined) return counts;
  const [rate, low, high] = [winRate.share, winRate.low, winRate.high].map((share) => (100 * share).toFixed(1));
  return `${counts}. Win rate of a ${rate} % (95 % interval ${low} to ${high} %, a tie counts half), mean probability ${meanProbability.toFixed(3)}.`;
}
