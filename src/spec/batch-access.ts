/** The APIs that take many requests at once, to be answered within a day at a lower price. */
export type BatchApiName = 'openai' | 'anthropic' | 'google';

/** A request as the package of a provider would send it. */
export interface CapturedRequest {
  /** JSON without streaming. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Beta features that the request needs; '' = none. */
  readonly beta: string;
}

/** The reply to a request that came another way. */
export interface GivenReply {
  readonly status: number;
  /** JSON. */
  readonly body: string;
}

/** How the batches of a model's provider are reached, and how its requests and replies pass through its package. */
export interface BatchAccess {
  readonly api: BatchApiName;
  /** Address of the API, with the version. */
  readonly baseURL: string;
  /** Sends a request with the provider's key. Only to addresses below that of the API. */
  readonly fetch: typeof globalThis.fetch;
  /** What a call would send, which is not sent. @throws what the call fails with before it sends anything. */
  capture(call: () => PromiseLike<unknown>): Promise<CapturedRequest>;
  /** Runs a call whose request is answered by a reply that is there already. */
  answer<RESULT>(reply: GivenReply, call: () => RESULT): RESULT;
}

const accesses = new WeakMap<object, BatchAccess>();

/** Notes how the batches of a model's provider are reached. */
export function setBatchAccess(model: object, access: BatchAccess): void {
  accesses.set(model, access);
}

/** How the batches of a model's provider are reached; undefined for a model without. */
export function batchAccessOf(model: object): BatchAccess | undefined {
  return accesses.get(model);
}
