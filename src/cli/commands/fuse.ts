import type { Command } from 'commander';
import type { FuseOptions } from '../../index.ts';
import type { RunAction } from '../cli-context.ts';
import { processLines, type RecordEstimate, type RecordWork } from '../lines/process-lines.ts';
import { integer, number, positiveInteger, secondsToMs } from '../option-values.ts';
import { flagGroup, type Given, withFlags } from '../flag-groups.ts';
import { BLENDER_FLAGS, FUSION_FLAGS, type FusionFlags, LINE_FLAGS, toFusionSettings } from '../shared-options.ts';

interface FuseFlags extends Pick<FuseOptions, 'topK' | 'temperature' | 'seed'> {
  readonly model?: string;
  readonly maxTokens?: number;
  readonly timeout?: number;
}

/** Flags that a fusion depends on. */
export type FuseRecordFlags = Given<FuseFlags & FusionFlags>;

const FUSE_FLAGS = flagGroup<FuseFlags>((command) =>
  command
    .option('-m, --model <model>', 'The model that writes the answers. Default: the embedded model.')
    .option('-k, --top-k <k>', 'How many of the candidates to fuse, from the first. Default: 3.', positiveInteger)
    .option('--max-tokens <n>', 'Maximum tokens of each answer. Default: 512.', positiveInteger)
    .option(
      '--temperature <t>',
      'Sampling temperature, 0 to 10. Default: 0, which always takes the likeliest token.',
      number({ min: 0, max: 10 }),
    )
    .option('--seed <n>', 'Random seed.', integer)
    .option('--timeout <seconds>', 'Maximum time for one answer. Default: 120.', secondsToMs),
);

/** `fuse`: one answer from the candidates of each line. */
export function addFuseCommand(program: Command, run: RunAction): void {
  const command = program
    .command('fuse')
    .summary('Fuse the candidates of each record of a file into one answer.')
    .description(
      'Writes one answer from the best candidates. Records are {id, instruction, input?, candidates: [text or {text}]} or any other of the forms in docs/files.md, with the best candidate first and, for --show-scores, a score in each; output lines in the same order {id, text, models?}.',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ llm-blender fuse answers.jsonl --output fused.jsonl --top-k 2
  $ llm-blender fuse --analysis answers.jsonl | jq .analysis.contradictions
  $ llm-blender fuse --max-tokens 100 < answers.jsonl | jq -r .text`,
    );
  withFlags(command, LINE_FLAGS, FUSE_FLAGS, FUSION_FLAGS, BLENDER_FLAGS).action((flags, files: readonly string[]) =>
    run((context) =>
      processLines(
        {
          command: 'fuse',
          flags,
          files,
          form: 'candidates',
          estimate: estimateFuseRecord(flags),
          work: fuseRecord(flags),
        },
        context,
      ),
    ),
  );
}

function fuseSettings({ model, topK, maxTokens, temperature, seed, timeout, ...flags }: FuseRecordFlags) {
  return {
    fuser: model,
    topK,
    temperature,
    seed,
    maxOutputTokens: maxTokens,
    timeoutMs: timeout,
    ...toFusionSettings(flags),
  };
}

/** What it takes to fuse the candidates of a record. */
export function estimateFuseRecord(flags: FuseRecordFlags): RecordEstimate {
  const settings = fuseSettings(flags);
  return ({ record: { question, candidates }, blender }) =>
    blender.estimateFuse({ ...question, candidates, ...settings });
}

/** Fuses the candidates of a record. */
export function fuseRecord(flags: FuseRecordFlags): RecordWork {
  const settings = fuseSettings(flags);
  return async ({ record: { question, candidates }, models, blender, abortSignal }) => {
    const result = await blender.fuse({ ...question, candidates, ...settings, abortSignal });
    const { text, analysis, failures, truncated } = result;
    return {
      fields: {
        text,
        ...(models === undefined ? {} : { models }),
        ...(analysis === undefined ? {} : { analysis }),
        ...(failures.length === 0 ? {} : { failures: failures.map(({ message }) => message) }),
        ...(truncated ? { truncated: true } : {}),
      },
    };
  };
}
