import PQueue from 'p-queue';
import { InvalidArgumentError } from '../error/index.ts';
import { isInProcessModel } from '../spec/in-process-model.ts';
import type { ModelObject } from '../spec/model-choice.ts';

/** Limits of one provider. */
export interface ProviderLimit {
  /** Most calls in flight at once. */
  readonly concurrency?: number | undefined;
}

/** Limits by provider name, the part of a model's name before the first slash or dot. */
export type ProviderLimitOptions = Readonly<Record<string, ProviderLimit>>;

/** Calls in flight at once for a provider without a limit of its own: polite to an API, ample for a blend. */
const DEFAULT_CONCURRENCY = 8;

/** One queue for each provider, shared by every blend of the owner. */
export class ProviderLimits {
  readonly #limits: ProviderLimitOptions;
  readonly #queues = new Map<string, PQueue>();

  constructor(limits: ProviderLimitOptions = {}) {
    for (const [provider, { concurrency = DEFAULT_CONCURRENCY }] of Object.entries(limits)) {
      if (!Number.isInteger(concurrency) || concurrency < 1) {
        throw new InvalidArgumentError({
          parameter: `limits.${provider}.concurrency`,
          value: concurrency,
          message: 'expected an integer of at least 1.',
        });
      }
    }
    this.#limits = limits;
  }

  /** Waits for a free place for a call to the model, then runs the work. An abort removes work that still waits. */
  async run<VALUE>(
    { model, name }: { model: ModelObject; name: string },
    work: () => Promise<VALUE>,
    { abortSignal }: { abortSignal?: AbortSignal | undefined } = {},
  ): Promise<VALUE> {
    return this.#queue(model, name).add(work, abortSignal === undefined ? {} : { signal: abortSignal });
  }

  #queue(model: ModelObject, name: string): PQueue {
    const provider = providerOf(name);
    // Models in this process do not share a service, so each has a line of its own.
    const key = isInProcessModel(model) ? name : provider;
    let queue = this.#queues.get(key);
    if (queue === undefined) {
      const ample = isInProcessModel(model) ? model.maxParallelCalls : DEFAULT_CONCURRENCY;
      queue = new PQueue({ concurrency: this.#limits[provider]?.concurrency ?? ample });
      this.#queues.set(key, queue);
    }
    return queue;
  }
}

/** The provider a call counts against: `openai` for `openai/gpt-5` and for a model object of `openai.chat`. */
function providerOf(modelName: string): string {
  return modelName.split(/[/.]/, 1)[0] ?? modelName;
}
