import { setTimeout as delay } from 'node:timers/promises';
import {
  type Blender,
  type BlenderConfig,
  type CreateGate,
  loadConfig,
  type ModelProgress,
  type TraceRecord,
} from '../index.ts';
import { errorMessage } from '../util/error-message.ts';
import type { CliContext } from './cli-context.ts';
import type { Screen } from './io/screen.ts';
import type { ModelProgressTracker } from './render/model-progress.ts';
import type { Given } from './flag-groups.ts';
import type { BlenderFlags, ConfigFlags } from './shared-options.ts';
import { openTraceFile, traceText } from './trace.ts';

/** Longest wait for models to be unloaded at the end. The process ends right after, which frees them in any case. */
const DISPOSE_MS = 2000;
/** The same after Ctrl-C. */
const DISPOSE_AFTER_ABORT_MS = 500;

/**
 * Runs a piece of work with a blender of the configuration and disposes of it, without waiting for that for long.
 * Reports what `--verbose` and `--trace` show meanwhile.
 */
export async function withBlender<VALUE>(
  { createBlender, abortSignal, env }: Pick<CliContext, 'createBlender' | 'abortSignal' | 'env'>,
  {
    flags,
    screen,
    tracker,
    limit = (limits) => limits,
    createGate,
    onModels,
  }: {
    flags: Given<BlenderFlags>;
    screen: Screen;
    tracker: ModelProgressTracker;
    /** Changes the limits of the configuration. */
    limit?: (limits: BlenderConfig['limits']) => BlenderConfig['limits'];
    /** Makes the gates of providers. Default: those of this process. */
    createGate?: CreateGate | undefined;
    /** Called besides as models are fetched and loaded. */
    onModels?: (progress: ModelProgress) => void;
  },
  work: (blender: Blender, config: BlenderConfig) => Promise<VALUE>,
): Promise<VALUE> {
  const config = await readConfiguration(flags, { env });
  using file = flags.trace === undefined ? undefined : openTraceFile(flags.trace);
  const onTrace = (record: TraceRecord) => {
    try {
      file?.write(record);
    } catch (error) {
      screen.error(`The trace could not be written: ${errorMessage(error)}`);
    }
    if (flags.verbose === true) screen.note(traceText(record));
  };
  const isWatched = file !== undefined || flags.verbose === true;
  const blender = createBlender({
    ...config,
    limits: limit(config.limits),
    createGate,
    cache: flags.cache === false ? false : (config.cache ?? true),
    env,
    onProgress: (progress) => {
      screen.note(tracker.apply(progress, screen));
      onModels?.(progress);
    },
    onWarning: (text) => screen.note(text),
    onTrace: isWatched ? onTrace : undefined,
  });
  try {
    return await work(blender, config);
  } finally {
    // A native runtime cannot be stopped while it loads a model.
    const disposed = blender.dispose().catch(() => {});
    const limitMs = abortSignal.aborted ? DISPOSE_AFTER_ABORT_MS : DISPOSE_MS;
    await Promise.race([disposed, delay(limitMs)]);
  }
}

/** Which configuration is read. */
export type ConfigChoice = Given<Pick<ConfigFlags, 'config'>>;

/** The configuration that the options name. */
export async function readConfiguration(
  { config }: ConfigChoice,
  { env }: Pick<CliContext, 'env'>,
): Promise<BlenderConfig> {
  return config === false ? {} : loadConfig({ file: config, env });
}
