import type { BlendOptions } from './blend-options.ts';
import type { BlendResult } from './blend-result.ts';
import { type BlendStream, RunningBlend } from './blend-stream.ts';
import { Session } from './session/session.ts';

/**
 * One better answer from several: generates candidates, ranks them in pairs, fuses the best, and keeps the better of
 * the fused text and the best candidate.
 *
 * @throws NoCandidatesError if every model failed; InvalidArgumentError, ModelNotFoundError, MissingDependencyError
 * for a call that cannot work; the signal's reason on abort. A single failed model is not an error, see `failures`.
 */
export async function blend(options: BlendOptions): Promise<BlendResult> {
  return runOnce(new Session(options));
}

/** Starts a blend, to be followed while it runs. */
export function streamBlend(options: BlendOptions): BlendStream {
  return new RunningBlend(
    async ({ emit, abortSignal }) => runOnce(new Session({ ...options, abortSignal }, emit)),
    options.abortSignal,
  );
}

/** Runs a session that ends with its run. */
async function runOnce(session: Session): Promise<BlendResult> {
  try {
    return await session.run();
  } finally {
    session.release();
  }
}
