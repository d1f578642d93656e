import { isInProcessModel } from '../spec/in-process-model.ts';
import type { ModelObject } from '../spec/model-choice.ts';
import { providerOf } from '../spec/providers.ts';
import { checkNumber, COUNT } from '../util/check-number.ts';
import type { CallTarget } from './call.ts';
import { ProviderGate, type ProviderPlace } from './provider-gate.ts';

/** Limits of one provider. */
export interface ProviderLimit {
  /** Most calls in flight at once. @default 8 */
  readonly concurrency?: number | undefined;
  /** Most requests that start within any minute, repeated ones included. @default no limit */
  readonly requestsPerMinute?: number | undefined;
  /**
   * Most tokens within any minute, input and output together: estimated when a call starts (where `maxOutputTokens` is
   * not given, with 1,024 for the answer), and corrected once the provider has said. @default no limit
   */
  readonly tokensPerMinute?: number | undefined;
}

/** Limits by provider name, the part of a model's name before the first slash or dot. */
export type ProviderLimitOptions = Readonly<Record<string, ProviderLimit>>;

/** Calls in flight at once for a provider without a limit of its own: polite to an API, ample for a blend. */
const DEFAULT_CONCURRENCY = 8;

/** The model of a call, and its name. */
type LimitedModel = Pick<CallTarget, 'given' | 'name'>;

/** One gate for each provider, shared by every blend of the owner. */
export class ProviderLimits {
  readonly #limits: ProviderLimitOptions;
  readonly #gates = new Map<string, ProviderGate>();

  constructor(limits: ProviderLimitOptions = {}) {
    for (const [provider, limit] of Object.entries(limits)) {
      for (const name of ['concurrency', 'requestsPerMinute', 'tokensPerMinute'] as const) {
        checkNumber(`limits.${provider}.${name}`, limit[name], COUNT);
      }
    }
    this.#limits = limits;
  }

  /** Waits until a call to the model may start. An abort ends the wait. The place is held until it is left. */
  enter(
    { given, name }: LimitedModel,
    options: { tokens: number; abortSignal?: AbortSignal | undefined },
  ): Promise<ProviderPlace> {
    return this.#gate(given, name).enter(options);
  }

  /** Lets no further call to the model's provider start for a while. */
  pause({ given, name }: LimitedModel, milliseconds: number): void {
    this.#gate(given, name).pause(milliseconds);
  }

  #gate(model: ModelObject, name: string): ProviderGate {
    const provider = providerOf(name);
    // Models in this process do not share a service, so each has a line of its own.
    const key = isInProcessModel(model) ? name : provider;
    let gate = this.#gates.get(key);
    if (gate === undefined) {
      const ample = isInProcessModel(model) ? model.maxParallelCalls : DEFAULT_CONCURRENCY;
      const { concurrency = ample, ...rates } = this.#limits[provider] ?? {};
      gate = new ProviderGate({ concurrency, ...rates });
      this.#gates.set(key, gate);
    }
    return gate;
  }
}
