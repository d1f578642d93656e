import { roundScores } from '../../records/index.ts';
import { readSchema } from '../ask/read-schema.ts';
import { type AskFlags, toBlendOptions } from '../commands/ask.ts';
import type { RecordEstimate, RecordWork } from '../lines/process-lines.ts';

/** Blends an answer to the question of a record. What the line says does not depend on the time. */
export async function askRecord(flags: AskFlags, abortSignal: AbortSignal): Promise<RecordWork> {
  const schema = flags.schema === undefined ? undefined : await readSchema(flags.schema, abortSignal);
  const options = toBlendOptions(flags);
  return async ({ record: { question }, blender, abortSignal: signal }) => {
    const { system = flags.system } = question;
    const result = await blender.blend({ ...options, ...question, system, schema, abortSignal: signal });
    const { text, decision, decisionReason, candidates, fused, failures, stopped, truncated } = result;
    return {
      fields: {
        text,
        ...(schema === undefined ? {} : { object: result.object }),
        decision,
        decisionReason,
        candidates: candidates.map(({ model, sample, text: answer, rank, score, finishReason }) =>
          roundScores({ model, sample, text: answer, rank, score, finishReason }),
        ),
        ...(fused === undefined
          ? {}
          : { fused: roundScores({ text: fused.text, fuser: fused.fuser, probability: fused.probability }) }),
        ...(failures.length === 0
          ? {}
          : { failures: failures.map(({ model, phase, kind, message }) => ({ model, phase, kind, message })) }),
        ...(stopped === undefined ? {} : { stopped }),
        ...(truncated ? { truncated } : {}),
      },
    };
  };
}

/** What it takes to answer the question of a record. */
export async function estimateAskRecord(flags: AskFlags, abortSignal: AbortSignal): Promise<RecordEstimate> {
  const schema = flags.schema === undefined ? undefined : await readSchema(flags.schema, abortSignal);
  const options = toBlendOptions(flags);
  return ({ record: { question }, blender }) => {
    const { system = flags.system } = question;
    return blender.estimateBlend({ ...options, ...question, system, schema });
  };
}
