import { blendInSpan } from './blend-in-span.ts';
import type { BlendOptions } from './blend-options.ts';
import type { BlendResult } from './blend-result.ts';

/**
 * One better answer from several: generates candidates, ranks them in pairs, fuses the best, and keeps the better of
 * the fused text and the best candidate.
 *
 * @throws NoCandidatesError where every model failed; InvalidArgumentError, ModelNotFoundError, MissingDependencyError
 * for a call that cannot work; the signal's reason on abort. One model failing is no error, see `failures`.
 */
export function blend(options: BlendOptions): Promise<BlendResult> {
  return blendInSpan(options, () => {});
}
