import type { BatchAccess, CapturedRequest, GivenReply } from '../../spec/batch-access.ts';
import type { CallBudget } from '../../spec/call-budget.ts';
import type { TokenEstimate } from '../meter/estimate-call-tokens.ts';

/** A call that goes into a batch of its provider. */
export interface BatchedRequest {
  /** Names the call. */
  readonly key: string;
  /** Name of the model, such as `openai/gpt-5`. */
  readonly model: string;
  readonly modelId: string;
  readonly access: BatchAccess;
  readonly request: CapturedRequest;
  readonly tokens: TokenEstimate;
  /** Most US dollars that it may take by the usual price; undefined where that is not known. */
  readonly cost: number | undefined;
}

/** What a batch has answered. */
export interface BatchedReply {
  /** An error where no batch has answered it, for all that it was submitted again. */
  readonly reply: GivenReply | { readonly error: Error };
  /** Has set aside already what the call takes. */
  readonly budget: CallBudget;
}

/** The calls of one piece of work that go into batches of their providers. */
export interface BatchedCalls {
  /** Names the piece of work. */
  readonly work: string;
  /** Part of the usual price that a batch costs. */
  readonly priceFactor: number;
  /** Notes that a call is under way until the returned function is called. */
  enter(): () => void;
  /** Whether a call of this name has been answered by a batch. */
  hasReply(key: string): boolean;
  /** The answer to exactly this request. */
  find(request: Pick<BatchedRequest, 'key' | 'model' | 'request'>): BatchedReply | undefined;
  /** Puts a call into a batch. The work is left once it waits for nothing else, and done again with the answers. */
  park(request: BatchedRequest): void;
}
