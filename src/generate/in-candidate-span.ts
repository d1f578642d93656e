import { SpanStatusCode } from '@opentelemetry/api';
import type { CallFailure, Candidate } from '../spec/candidate.ts';
import { doWork, inSpan } from '../telemetry/index.ts';
import type { Call } from './plan-calls.ts';

/** Generates one candidate inside of a span, in which a failure is told although it is no error. */
export function inCandidateSpan(
  { id, name, sample }: Call,
  generate: () => Promise<Candidate | CallFailure>,
): Promise<Candidate | CallFailure> {
  const attributes = {
    'llm_blender.candidate.id': id,
    'llm_blender.candidate.model': name,
    'llm_blender.candidate.sample': sample,
  };
  return doWork({ phase: 'generate', candidate: id }, () =>
    inSpan(`generate_candidate ${name}`, { attributes }, async (span) => {
      const outcome = await generate();
      if ('kind' in outcome) {
        span.setStatus({ code: SpanStatusCode.ERROR, message: outcome.message });
        span.setAttribute('error.type', outcome.kind);
      }
      return outcome;
    }),
  );
}
