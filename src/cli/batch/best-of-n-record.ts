import { roundScores } from '../../records/index.ts';
import { readSchema } from '../ask/read-schema.ts';
import { type AskFlags, toBlendOptions } from '../commands/ask.ts';
import { CommandError, EXIT_CODES } from '../errors.ts';
import type { RecordWork } from '../lines/process-lines.ts';
import { toRankSettings } from '../shared-options.ts';

/** Keeps the best of several answers to the question of a record. */
export async function bestOfNRecord(flags: AskFlags, abortSignal: AbortSignal): Promise<RecordWork> {
  const schema = flags.schema === undefined ? undefined : await readSchema(flags.schema, abortSignal);
  const { models, samples, temperature, topP, seed, ...rest } = toBlendOptions(flags);
  const { maxOutputTokens, timeoutMs, totalTimeoutMs } = rest;
  if (models === undefined) {
    throw new CommandError('Name the models to ask with --model.', { exitCode: EXIT_CODES.usage });
  }
  return async ({ record: { question }, blender, abortSignal: signal, onComparison }) => {
    const { system = flags.system } = question;
    const result = await blender.bestOfN({
      ...question,
      system,
      models,
      samples,
      temperature,
      topP,
      seed,
      maxOutputTokens,
      timeoutMs,
      totalTimeoutMs,
      ...toRankSettings(flags),
      schema,
      abortSignal: signal,
      onComparison,
    });
    const { text, best, ranks, scores, candidates, failures, truncated, warning } = result;
    return {
      fields: {
        text,
        ...(schema === undefined ? {} : { object: result.object }),
        best,
        ranks,
        scores: roundScores(scores),
        candidates: candidates.map(({ model, sample, text: answer, finishReason }) => ({
          model,
          sample,
          text: answer,
          finishReason,
        })),
        ...(failures.length === 0
          ? {}
          : { failures: failures.map(({ model, kind, message }) => ({ model, kind, message })) }),
        ...(truncated ? { truncated } : {}),
      },
      warning,
    };
  };
}
