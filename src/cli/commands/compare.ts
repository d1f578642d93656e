import type { Command } from 'commander';
import type { RunAction } from '../cli-context.ts';
import { pairRecord } from '../../jsonl/index.ts';
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
      run((context) =>
        processLines(
          {
            verb: 'compare',
            flags,
            schema: pairRecord,
            work: async ({ record: { question, a, b }, blender, abortSignal, onComparison }) => {
              const result = await blender.compare({ ...question, a, b, ranker, abortSignal });
              onComparison();
              const { logit, probability, truncated, warning } = result;
              return { fields: { logit, probability, ...(truncated ? { truncated } : {}) }, warning };
            },
          },
          context,
        ),
      ),
    );
  addBlenderOptions(addRankerOption(addLineOptions(command)));
}
