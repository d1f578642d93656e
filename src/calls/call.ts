import type { LanguageModelV4, LanguageModelV4CallOptions } from '@ai-sdk/provider';
import type { CallBudget } from '../spec/call-budget.ts';
import type { ModelObject } from '../spec/model-choice.ts';
import type { CallLedger } from './call-ledger.ts';
import type { CallReply } from './call-reply.ts';
import type { KnownFiles } from './files/known-files.ts';
import type { Flight } from './share/share-calls.ts';

/** Told when a call is at its provider and when it is not: while it waits for a place or between two attempts. */
export interface CallWatch {
  started(): void;
  stopped(): void;
}

/** What one call, or several of one piece of work, are made for. See `scopeModel`. */
export interface CallScope {
  /**
   * Which of several answers to one and the same request this is, from 1. Only the same sample is shared or cached, so
   * that N samples stay N answers. @default 1
   */
  readonly sample?: number | undefined;
  /** How often to try again after a failure that may pass. @default 0 */
  readonly maxRetries?: number | undefined;
  readonly budget?: CallBudget | undefined;
  /** Where the calls are counted. */
  readonly ledger?: CallLedger | undefined;
  /** A scope with a watch is for one call. */
  readonly watch?: CallWatch | undefined;
}

/** The model that a call goes to. */
export interface CallTarget {
  /** As the caller gave it. */
  readonly given: ModelObject;
  /** The same in the current version of the AI SDK's specification. */
  readonly model: LanguageModelV4;
  /** As the caller named it, such as `openai/gpt-5`. */
  readonly name: string;
  /** Where it is served, where that is known. */
  readonly endpoint: string | undefined;
  /** Calls to it that are under way and may be shared, by their key. */
  readonly flights: Map<string, Flight>;
  /** Which files it takes, as far as that is known. */
  readonly files: KnownFiles;
}

/** One call on its way through the policies. What has happened to it so far is in `progress`, the same for all of them. */
export interface Call {
  /** A whole answer, or a stream of parts. */
  readonly kind: 'generate' | 'stream';
  readonly target: CallTarget;
  readonly options: LanguageModelV4CallOptions;
  readonly scope: CallScope;
  /** Names what is asked. Undefined for a call whose answer no other call may get. */
  readonly key: string | undefined;
  /**
   * For an answer that came in a batch of its provider: the part of the usual price that it costs. It takes no place at
   * the provider.
   */
  readonly priceFactor?: number | undefined;
  readonly progress: CallProgress;
}

/** What has happened to a call so far: policies further in write it, those further out read it. */
export class CallProgress implements CallWatch {
  /** Attempts made at the provider. */
  attempts = 0;
  /** The answer was made shorter for one caller's budget: it is that caller's alone, and is not kept. */
  isShortened = false;
  /** The answer comes from the journal of a job. */
  isKept = false;
  #isRunning = false;
  readonly #watches = new Set<CallWatch>();

  started(): void {
    this.#isRunning = true;
    for (const watch of this.#watches) watch.started();
  }

  stopped(): void {
    this.#isRunning = false;
    for (const watch of this.#watches) watch.stopped();
  }

  /** Adds a watch, which learns at once how things stand, until the returned function is called. */
  watch(watch: CallWatch | undefined): () => void {
    if (watch === undefined) return () => {};
    this.#watches.add(watch);
    if (this.#isRunning) watch.started();
    return () => void this.#watches.delete(watch);
  }
}

/**
 * One rule for every call, such as retries. It may change the call on its way in, make it more than once or not at all,
 * and look at the answer on its way out.
 */
export type CallPolicy = (call: Call, next: (call: Call) => Promise<CallReply>) => Promise<CallReply>;
