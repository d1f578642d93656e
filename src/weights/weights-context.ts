import type { ModelProgress } from '../spec/model-progress.ts';
import { checkNumber, TIMEOUT_MS } from '../util/check-number.ts';
import { type Environment, readVariable } from '../util/environment.ts';
import { notify } from '../util/notify.ts';
import { resolveCacheDirectory } from './cache-directory.ts';
import { CATALOG, type CatalogEntry } from './catalog/catalog.ts';

/** What all functions about weights have in common. */
export interface WeightsOptions {
  /** Our own folder of fetched weights. @default `LLM_BLENDER_CACHE`, else the platform's folder for caches */
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
  /** Receives what is going on. An observer that throws changes nothing. */
  readonly onProgress?: ((progress: ModelProgress) => void) | undefined;
  readonly abortSignal?: AbortSignal | undefined;
  /** Milliseconds a source may take to answer. @default `LLM_BLENDER_CONNECT_TIMEOUT_MS`, else 5000 */
  readonly connectTimeoutMs?: number | undefined;
  /** @internal For tests. */
  readonly _internal?: WeightsInternals | undefined;
}

/** Where the functions look, with defaults filled in. */
export type WeightsPlace = ReturnType<typeof resolvePlace>;

/** Fills in the defaults of {@link WeightsOptions}. */
export function resolvePlace({ cacheDirectory, catalog = CATALOG, env = process.env }: WeightsOptions) {
  return { cacheDirectory: resolveCacheDirectory({ cacheDirectory, env }), catalog, env };
}

/** Things a test sets to be exact and quick. */
interface WeightsInternals {
  /** Milliseconds a download may pause. @default 30000 */
  readonly stallTimeoutMs?: number;
}

/** The options, normalised once. */
export interface WeightsContext extends Readonly<WeightsPlace> {
  readonly reference: string;
  readonly connectTimeoutMs: number;
  readonly stallTimeoutMs: number;
  readonly abortSignal: AbortSignal | undefined;
  /** Reports to the observer; fills in the reference. */
  readonly report: (progress: WithoutReference<ModelProgress>) => void;
}

/** The context of work that ends when its lock is lost as well. */
export type LockedContext = WeightsContext & { readonly abortSignal: AbortSignal };

type WithoutReference<PROGRESS> = PROGRESS extends unknown ? Omit<PROGRESS, 'reference'> : never;

/** @throws InvalidArgumentError where a timeout is no number. */
export function createWeightsContext(options: ResolveWeightsOptions): WeightsContext {
  const { reference, onProgress, abortSignal, _internal = {} } = options;
  const place = resolvePlace(options);
  checkNumber('connectTimeoutMs', options.connectTimeoutMs, TIMEOUT_MS);
  return {
    ...place,
    reference,
    connectTimeoutMs: options.connectTimeoutMs ?? connectTimeoutFrom(place.env),
    stallTimeoutMs: _internal.stallTimeoutMs ?? 30_000,
    abortSignal,
    report: (progress) => notify(onProgress, { ...progress, reference } as ModelProgress),
  };
}

/** Milliseconds that a server may take to answer. @throws InvalidArgumentError where the variable is not a positive number. */
export function connectTimeoutFrom(env: Environment): number {
  const variable = 'LLM_BLENDER_CONNECT_TIMEOUT_MS';
  const timeoutMs = Number(readVariable(env, variable) ?? 5000);
  checkNumber(variable, timeoutMs, TIMEOUT_MS);
  return timeoutMs;
}

/** Shortest time between two progress reports, in milliseconds: more than anybody can see is only work. */
const REPORT_INTERVAL_MS = 100;

/**
 * Turns every chunk of a download into a `weights-download` report now and then; the first and last are not left out.
 *
 * @param sizes of the parts of the download. Where one is not known, the whole is what the chunk comes with.
 */
export function createBytesReporter(
  { report }: Pick<WeightsContext, 'report'>,
  source: string,
  sizes: readonly (number | undefined)[],
): (receivedBytes: number, otherTotal?: number) => void {
  const known = sizes.filter((size) => size !== undefined);
  const knownTotal = known.length < sizes.length ? undefined : known.reduce((sum, size) => sum + size, 0);
  let lastAt = Number.NEGATIVE_INFINITY;
  let lastBytes = -1;
  return (receivedBytes, otherTotal) => {
    const totalBytes = knownTotal ?? otherTotal;
    const now = performance.now();
    if (receivedBytes === lastBytes || (now - lastAt < REPORT_INTERVAL_MS && receivedBytes !== totalBytes)) return;
    lastAt = now;
    lastBytes = receivedBytes;
    report({ type: 'weights-download', source, receivedBytes, totalBytes });
  };
}
