import { setTimeout as delay } from 'node:timers/promises';
import type { Blender, CreateBlenderOptions } from '../index.ts';
import { type BlenderFlags, readConfiguration } from './blender-flags.ts';
import type { CliContext } from './cli-context.ts';

/** Longest wait for models to be unloaded at the end. The process ends right after, which frees them in any case. */
const DISPOSE_MS = 2000;
/** The same after Ctrl-C. */
const DISPOSE_AFTER_ABORT_MS = 500;

/** Runs a piece of work with a blender of the configuration and lets go of it, without ever hanging on that. */
export async function withBlender<VALUE>(
  { createBlender, abortSignal, env }: Pick<CliContext, 'createBlender' | 'abortSignal' | 'env'>,
  { flags, onProgress, onWarning }: { flags: BlenderFlags } & Pick<CreateBlenderOptions, 'onProgress' | 'onWarning'>,
  work: (blender: Blender) => Promise<VALUE>,
): Promise<VALUE> {
  const config = await readConfiguration(flags, { env });
  const cache = flags.cache === false ? false : (config.cache ?? true);
  const blender = createBlender({ ...config, cache, env, onProgress, onWarning });
  try {
    return await work(blender);
  } finally {
    // A native runtime in the middle of a load answers to nobody.
    const disposed = blender.dispose().catch(() => {});
    const timer = new AbortController();
    const limit = delay(abortSignal.aborted ? DISPOSE_AFTER_ABORT_MS : DISPOSE_MS, undefined, { signal: timer.signal });
    await Promise.race([disposed, limit.catch(() => {})]);
    timer.abort();
  }
}
