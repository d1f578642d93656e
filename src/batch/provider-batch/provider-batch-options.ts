import type { BatchRecord } from './batch-log.ts';
import type { BatchPace } from './batch-pace.ts';

/** How calls go into batches of providers. */
export interface ProviderBatchOptions {
  /** Loads a model by its name: a blender. */
  readonly model: (reference: string) => Promise<object>;
  /** Called with all batches of the job when something has happened to one. */
  readonly onChange?: ((batches: readonly BatchRecord[]) => void) | undefined;
  /** @internal How patient the run is. */
  readonly pace?: BatchPace | undefined;
}
