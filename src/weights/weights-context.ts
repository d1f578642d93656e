import { InvalidArgumentError } from '../error/index.ts';
import type { ModelProgress } from '../spec/model-progress.ts';
import { notify } from '../util/notify.ts';
import { CATALOG } from './catalog.ts';
import { resolveCacheDirectory } from './cache-directory.ts';
import type { CatalogEntry } from './catalog-entry.ts';
import type { Environment } from '../util/environment.ts';
import { connectTimeoutFrom } from './connect-timeout.ts';

/** What all functions about weights have in common. */
export interface WeightsOptions {
  /** Folder of fetched weights. @default `LLM_BLENDER_CACHE`, else the platform's folder for caches */
  readonly cacheDirectory?: string | undefined;
  /** Models known by name. @default the catalog of this package */
  readonly catalog?: readonly CatalogEntry[] | undefined;
  /** Environment variables. @default `process.env` */
  readonly env?: Environment | undefined;
}

/** Options of `resolveWeights`. */
export interface ResolveWeightsOptions extends WeightsOptions {
  /** `local/<name>`, `local/<path>.gguf` or `local/hf:<owner>/<repo>/<file>`. */
  readonly reference: string;
  /** Told what is going on. An observer that throws changes nothing. */
  readonly onProgress?: ((progress: ModelProgress) => void) | undefined;
  readonly abortSignal?: AbortSignal | undefined;
  /** Milliseconds a source may take to answer. @default `LLM_BLENDER_CONNECT_TIMEOUT_MS`, else 5000 */
  readonly connectTimeoutMs?: number | undefined;
  /** @internal For tests. */
  readonly _internal?: WeightsInternals | undefined;
}

/** Things a test sets to be exact and quick. */
export interface WeightsInternals {
  /** Milliseconds a download may pause. @default 30000 */
  readonly stallTimeoutMs?: number;
  /** Name of the package that resolves `hf:` references. @default `node-llama-cpp` */
  readonly hfResolver?: string;
}

/** The options, normalised once. */
export interface WeightsContext {
  readonly reference: string;
  readonly cacheDirectory: string;
  readonly catalog: readonly CatalogEntry[];
  readonly env: Environment;
  readonly connectTimeoutMs: number;
  readonly stallTimeoutMs: number;
  readonly hfResolver: string;
  readonly abortSignal: AbortSignal | undefined;
  /** Tells the observer; fills in the reference. */
  readonly tell: (progress: WithoutReference<ModelProgress>) => void;
}

type WithoutReference<PROGRESS> = PROGRESS extends unknown ? Omit<PROGRESS, 'reference'> : never;

/** @throws InvalidArgumentError where a limit on time is no number. */
export function createWeightsContext(options: ResolveWeightsOptions): WeightsContext {
  const { reference, catalog = CATALOG, env = process.env, onProgress, abortSignal, _internal = {} } = options;
  const { connectTimeoutMs = connectTimeoutFrom(env) } = options;
  if (!(connectTimeoutMs > 0)) {
    throw new InvalidArgumentError({
      parameter: 'connectTimeoutMs',
      value: connectTimeoutMs,
      message: 'expected a number of milliseconds greater than 0.',
    });
  }
  return {
    reference,
    cacheDirectory: resolveCacheDirectory({ cacheDirectory: options.cacheDirectory, env }),
    catalog,
    env,
    connectTimeoutMs,
    stallTimeoutMs: _internal.stallTimeoutMs ?? 30_000,
    hfResolver: _internal.hfResolver ?? 'node-llama-cpp',
    abortSignal,
    tell: (progress) => notify(onProgress, { ...progress, reference } as ModelProgress),
  };
}
