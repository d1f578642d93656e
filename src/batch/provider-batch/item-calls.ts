import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type { BatchedCalls, BatchedReply, BatchedRequest } from '../../calls/index.ts';
import { ModelCallError } from '../../error/index.ts';
import type { CallBudget } from '../../spec/call-budget.ts';
import { BATCH_PRICE_FACTOR } from './batch-api.ts';
import type { SegmentReplies } from './reply-file.ts';
import { callId, requestId } from './request-id.ts';

/** Milliseconds in which work that waits for batches may still begin another call. */
const SETTLE_MS = 5;

/** The calls of the work on one item. Ends the work once it waits for nothing but batches. */
export class ItemCalls implements BatchedCalls {
  readonly work: string;
  readonly priceFactor = BATCH_PRICE_FACTOR;
  readonly #options: ItemCallsOptions;
  /** Calls under way, those that wait included. */
  #open = 0;
  /** Calls that wait for a batch, or for money that batches have set aside. */
  #waiting = 0;
  /** Requests that were put into batches, each once. */
  readonly #parked = new Set<string>();
  /** Raised by whatever happens. */
  #version = 0;

  constructor(options: ItemCallsOptions) {
    this.#options = options;
    this.work = String(options.index);
  }

  enter(): () => void {
    this.#open += 1;
    this.#happened();
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      this.#open -= 1;
      this.#options.onActivity();
      this.#happened();
    };
  }

  hasReply(key: string): boolean {
    const { job, index, replies } = this.#options;
    return replies.hasCall(callId(job, index, key));
  }

  find({ key, model, request }: Pick<BatchedRequest, 'key' | 'model' | 'request'>): BatchedReply | undefined {
    const { job, index, replies, budgetOf } = this.#options;
    const kept = replies.get(requestId(job, index, key, request));
    if (kept === undefined) return undefined;
    const budget = budgetOf(kept.root);
    if (kept.reply !== undefined) return { reply: kept.reply, budget };
    const { status = 503, message = '' } = kept.failure ?? {};
    return { reply: { error: unansweredError(model, status, message) }, budget };
  }

  park(request: BatchedRequest): void {
    const { job, index, onRequest, onActivity } = this.#options;
    const id = requestId(job, index, request.key, request.request);
    if (!this.#parked.has(id) && onRequest(id, request)) onActivity();
    this.#parked.add(id);
    this.#waiting += 1;
    this.#happened();
  }

  /** The budget of the calls that are made at once: waiting for it is waiting for batches. */
  budget(within: CallBudget | undefined): CallBudget | undefined {
    if (within === undefined) return undefined;
    return {
      reserve: async (call, options) => {
        this.#waiting += 1;
        this.#happened();
        try {
          return await within.reserve(call, options);
        } finally {
          this.#waiting -= 1;
          this.#happened();
        }
      },
    };
  }

  #happened(): void {
    this.#version += 1;
    if (this.#waiting === 0 || this.#waiting < this.#open) return;
    void this.#leaveLater(this.#version);
  }

  async #leaveLater(version: number): Promise<void> {
    await delay(SETTLE_MS);
    await nextTurn();
    if (this.#version === version) this.#options.onWaiting();
  }
}

interface ItemCallsOptions {
  /** Names the job at providers. */
  readonly job: string;
  readonly index: number;
  readonly replies: SegmentReplies;
  /** The budget of the answers of a batch. */
  readonly budgetOf: (root: number) => CallBudget;
  /** @returns false where the request waits already */
  readonly onRequest: (id: string, request: BatchedRequest) => boolean;
  /** Something has been done for the item. */
  readonly onActivity: () => void;
  /** The work waits for nothing but batches. */
  readonly onWaiting: () => void;
}

function unansweredError(model: string, status: number, message: string): ModelCallError {
  return new ModelCallError({
    kind: status === 400 ? 'invalid-request' : 'unavailable',
    model,
    message: `No batch of the provider has answered: ${message}`,
  });
}
