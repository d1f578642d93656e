import type { Command } from 'commander';
import type { FuseOptions } from '../../index.ts';
import { candidatesRecord } from '../jsonl/records.ts';
import { processLines } from '../jsonl/process-lines.ts';
import { inputOption, integer, numberBetween, outputOption, positiveInteger, secondsToMs } from '../option-values.ts';
import type { RunAction } from '../program.ts';

interface FuseFlags extends Pick<FuseOptions, 'topK' | 'temperature' | 'seed'> {
  readonly input?: string;
  readonly output?: string;
  readonly model?: string;
  readonly maxTokens?: number;
  readonly timeout?: number;
}

/** `fuse`: one answer from the candidates of each line. */
export function addFuseCommand(program: Command, run: RunAction): void {
  program
    .command('fuse')
    .summary('Fuse the candidates of each line of a JSONL file into one answer.')
    .description(
      'Writes one answer from the best candidates. Input lines {id, instruction, input?, candidates: [text or {text}]} with the best candidate first, output lines in the same order {id, text}.',
    )
    .addOption(inputOption())
    .addOption(outputOption())
    .option('--model <model>', 'The model that writes. Default: the embedded model.')
    .option('--top-k <k>', 'How many of the candidates to fuse, from the first. Default: 3.', positiveInteger)
    .option('--max-tokens <n>', 'Most tokens of each answer. Default: 512.', positiveInteger)
    .option(
      '--temperature <t>',
      'How freely the model writes. Default: 0 = always the likeliest word.',
      numberBetween(0, 10),
    )
    .option('--seed <n>', 'Seed of the sampling.', integer)
    .option('--timeout <seconds>', 'Longest wait for one answer. Default: 120.', secondsToMs)
    .addHelpText(
      'after',
      `
Examples:
  $ llm-blender fuse --input answers.jsonl --output fused.jsonl --top-k 2
  $ llm-blender fuse --max-tokens 100 < answers.jsonl | jq -r .text`,
    )
    .action(({ model, topK, maxTokens, temperature, seed, timeout, ...flags }: FuseFlags) =>
      run((context) =>
        processLines(
          {
            verb: 'fuse',
            flags,
            schema: candidatesRecord,
            work: async ({ record: { question, candidates }, blender, abortSignal }) => {
              const result = await blender.fuse({
                ...question,
                candidates,
                fuser: model,
                topK,
                temperature,
                seed,
                maxOutputTokens: maxTokens,
                timeoutMs: timeout,
                abortSignal,
              });
              return { fields: { text: result.text, ...(result.truncated ? { truncated: true } : {}) } };
            },
          },
          context,
        ),
      ),
    );
}
