import { inSpan, withoutUndefined } from '../telemetry/index.ts';
import type { BlendOptions } from './blend-options.ts';
import type { BlendPart } from './blend-parts.ts';
import type { BlendResult } from './blend-result.ts';
import { type BlendStream, RunningBlend } from './blend-stream.ts';
import { DEFAULT_BLEND } from './built-in-blends.ts';
import { Session } from './session/session.ts';

/**
 * One better answer from several: generates candidates, ranks them in pairs, fuses the best, and keeps the better of
 * the fused text and the best candidate.
 *
 * @throws NoCandidatesError if every model failed; InvalidArgumentError, ModelNotFoundError, MissingDependencyError
 * for a call that cannot work; the signal's reason on abort. A single failed model is not an error, see `failures`.
 */
export function blend(options: BlendOptions): Promise<BlendResult> {
  return blendInSpan(options, undefined);
}

/** Starts a blend, to be followed while it runs. */
export function streamBlend(options: BlendOptions): BlendStream {
  return new RunningBlend(
    ({ emit, abortSignal }) => blendInSpan({ ...options, abortSignal }, emit),
    options.abortSignal,
  );
}

/** Runs a blend inside of a span, which the spans of its candidates, comparisons and fusion lie in. */
function blendInSpan(options: BlendOptions, emit: ((part: BlendPart) => void) | undefined): Promise<BlendResult> {
  const name = options.blend ?? (options.models === undefined ? DEFAULT_BLEND : 'blend');
  const attributes = { 'gen_ai.operation.name': 'invoke_workflow', 'gen_ai.agent.name': name };
  return inSpan(`invoke_workflow ${name}`, { attributes }, async (span) => {
    const result = await new Session(options, emit).run();
    const { decision, ranker, candidates, failures, usage } = result;
    span.setAttributes(
      withoutUndefined({
        'llm_blender.decision': decision,
        'llm_blender.ranker': ranker,
        'llm_blender.candidates': candidates.length,
        'llm_blender.failures': failures.length,
        // By names of our own: these tokens are those of the calls inside, and would be counted twice.
        'llm_blender.usage.calls': usage.calls,
        'llm_blender.usage.input_tokens': usage.inputTokens,
        'llm_blender.usage.output_tokens': usage.outputTokens,
        'llm_blender.usage.cost': usage.cost,
      }),
    );
    return result;
  });
}
