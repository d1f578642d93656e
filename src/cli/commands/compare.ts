import type { Command } from 'commander';
import { addBlenderFlags, type BlenderFlags } from '../blender-flags.ts';
import { pairRecord } from '../jsonl/records.ts';
import { processLines } from '../jsonl/process-lines.ts';
import { inputOption, outputOption, rankerOption } from '../option-values.ts';
import type { RunAction } from '../program.ts';

interface CompareFlags extends BlenderFlags {
  readonly input?: string;
  readonly output?: string;
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
    .addOption(inputOption())
    .addOption(outputOption())
    .addOption(rankerOption())
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
  addBlenderFlags(command);
}
