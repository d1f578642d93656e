import { inSpan, withoutUndefined } from '../telemetry/index.ts';
import { mergeAbortSignals } from '../util/merge-abort-signals.ts';
import { notify } from '../util/notify.ts';
import type { BlendOptions } from './blend-options.ts';
import type { BlendPart } from './blend-parts.ts';
import type { BlendResult } from './blend-result.ts';
import { DEFAULT_BLEND } from './built-in-blends.ts';
import { runBlend } from './run-blend.ts';

/**
 * One better answer from several: generates candidates, ranks them in pairs, fuses the best, and keeps the better of
 * the fused text and the best candidate.
 *
 * @throws NoCandidatesError if every model failed; InvalidArgumentError, ModelNotFoundError, MissingDependencyError
 * for a call that cannot work; the signal's reason on abort. A single failed model is not an error, see `failures`.
 */
export function blend(options: BlendOptions): Promise<BlendResult> {
  return blendInSpan(options, () => {});
}

/**
 * A blend as a stream of typed parts, from `blend-start` to `blend-end`, which carries the result. Leaving the loop or
 * cancelling the stream ends all its calls. If the blend as a whole fails, reading fails with the error.
 *
 * @example
 * for await (const part of streamBlend({ prompt: 'Why is the sky blue?' })) {
 *   if (part.type === 'candidate-end') console.log(part.candidate.text);
 * }
 */
export function streamBlend(options: BlendOptions): ReadableStream<BlendPart> {
  const left = new AbortController();
  const abortSignal = mergeAbortSignals(options.abortSignal, left.signal);
  return new ReadableStream<BlendPart>({
    start(controller) {
      // Once the reader has left, the stream takes no more parts; `notify` drops the error that it throws then.
      const emit = (part: BlendPart) => notify((value: BlendPart) => controller.enqueue(value), part);
      // At once, without the parts that still wait to be read.
      const onAbort = () => controller.error(options.abortSignal?.reason);
      options.abortSignal?.addEventListener('abort', onAbort, { once: true });
      blendInSpan({ ...options, abortSignal }, emit)
        .then(
          (result) => {
            emit({ type: 'blend-end', result });
            notify(() => controller.close(), undefined);
          },
          (error: unknown) => controller.error(error),
        )
        .finally(() => options.abortSignal?.removeEventListener('abort', onAbort));
    },
    cancel(reason) {
      left.abort(reason ?? new DOMException('The blend was left by its reader.', 'AbortError'));
    },
  });
}

/** Runs a blend inside of a span, which the spans of its candidates, comparisons and fusion lie in. */
function blendInSpan(options: BlendOptions, emit: (part: BlendPart) => void): Promise<BlendResult> {
  const name = options.blend ?? (options.models === undefined ? DEFAULT_BLEND : 'blend');
  const attributes = { 'gen_ai.operation.name': 'invoke_workflow', 'gen_ai.agent.name': name };
  return inSpan(`invoke_workflow ${name}`, { attributes }, async (span) => {
    const result = await runBlend(options, emit);
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
