import { isBlendModel } from '../../spec/blend-provider.ts';
import type { CallGate, CallPlace, CreateGate } from '../../spec/call-gate.ts';
import { isInProcessModel } from '../../spec/in-process-model.ts';
import type { ModelObject } from '../../spec/model-choice.ts';
import { providerOf } from '../../spec/providers.ts';
import { checkNumber, COUNT } from '../../util/check-number.ts';
import type { CallTarget } from '../call.ts';
import { ProviderGate } from './provider-gate.ts';

/** Limits of one provider. */
export interface ProviderLimit {
  /**
   * Most calls in flight at once. Halved while the provider answers 429, and grows back.
   * @default 64; 8 for servers on this machine; what it takes at once for a model in this process
   */
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

/** Calls in flight at once for a provider without a limit of its own: hosted ones take many … */
const HOSTED_CONCURRENCY = 64;

/** … a server on this machine shares one graphics card or processor between them. */
const LOCAL_CONCURRENCY = 8;

/** The model of a call, and its name. */
type LimitedModel = Pick<CallTarget, 'given' | 'name' | 'endpoint'>;

/** One gate for each provider, shared by every blend of the owner. */
export class ProviderLimits {
  readonly #limits: ProviderLimitOptions;
  readonly #createGate: CreateGate;
  readonly #gates = new Map<string, CallGate>();

  /** @param createGate Makes the gates of providers that are not in this process. Default: in this process as well. */
  constructor(limits: ProviderLimitOptions = {}, createGate: CreateGate = (_, own) => new ProviderGate(own)) {
    for (const [provider, limit] of Object.entries(limits)) {
      for (const name of ['concurrency', 'requestsPerMinute', 'tokensPerMinute'] as const) {
        checkNumber(`limits.${provider}.${name}`, limit[name], COUNT);
      }
    }
    this.#limits = limits;
    this.#createGate = createGate;
  }

  /** Waits until a call to the model may start. An abort ends the wait. The place is held until it is left. */
  enter(target: LimitedModel, options: { tokens: number; abortSignal?: AbortSignal | undefined }): Promise<CallPlace> {
    return this.#gate(target).enter(options);
  }

  /** Lets no further call to the model's provider start for a while. */
  pause(target: LimitedModel, milliseconds: number): void {
    this.#gate(target).pause(milliseconds);
  }

  #gate({ given, name, endpoint }: LimitedModel): CallGate {
    const provider = providerOf(name);
    // Models in this process do not share a service, so each has a queue of its own.
    const key = isInProcessModel(given) ? name : provider;
    let gate = this.#gates.get(key);
    if (gate === undefined) {
      const usual = usualConcurrency(given, endpoint);
      const { concurrency = usual, ...rates } = this.#limits[provider] ?? {};
      const own = { concurrency, ...rates };
      gate = isInProcessModel(given) ? new ProviderGate(own) : this.#createGate(provider, own);
      this.#gates.set(key, gate);
    }
    return gate;
  }
}

function usualConcurrency(given: ModelObject, endpoint: string | undefined): number {
  if (isInProcessModel(given)) return given.maxParallelCalls;
  if (isBlendModel(given)) return Infinity;
  return isOnThisMachine(endpoint) ? LOCAL_CONCURRENCY : HOSTED_CONCURRENCY;
}

/** True for an address of this machine. */
function isOnThisMachine(endpoint: string | undefined): boolean {
  const host = URL.parse(endpoint ?? '')?.hostname ?? '';
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]|0\.0\.0\.0)$/.test(host);
}
