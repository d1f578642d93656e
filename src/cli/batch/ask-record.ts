import { roundScores } from '../../records/index.ts';
import { type AskFlags, toBlendOptions } from '../commands/ask.ts';
import type { RecordWork } from '../lines/process-lines.ts';

/** Blends an answer to the question of a record. What the line says does not depend on the time. */
export function askRecord(flags: AskFlags): RecordWork {
  const { system: usualSystem, ...options } = toBlendOptions(flags);
  return async ({ record: { question }, blender, abortSignal }) => {
    const { system = usualSystem } = question;
    const result = await blender.blend({ ...options, ...question, system, abortSignal });
    const { text, decision, decisionReason, candidates, fused, failures, stopped, truncated } = result;
    return {
      fields: {
        text,
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
