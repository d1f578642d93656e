import type { BatchAccess, BatchApiName, CapturedRequest, GivenReply } from '../../spec/batch-access.ts';
import { anthropicBatches } from './anthropic-batches.ts';
import { googleBatches } from './google-batches.ts';
import { openaiBatches } from './openai-batches.ts';

/** What one batch may hold. */
export interface BatchLimits {
  readonly requests: number;
  readonly bytes: number;
}

/** A file of requests on its way to a provider. */
export interface BatchFile {
  readonly path: string;
  readonly bytes: number;
  readonly modelId: string;
  /** Beta features that the requests need; '' = none. */
  readonly beta: string;
  /** Ours, by which the batch is found again. */
  readonly name: string;
}

/** Where requests go. */
export interface BatchTarget {
  readonly access: BatchAccess;
  readonly abortSignal: AbortSignal;
}

/** Why a batch was refused as a whole. */
export interface BatchRefusal {
  readonly message: string;
  /** Lines of the file that are to blame, from 1. @default not said */
  readonly lines?: readonly number[] | undefined;
  /** It has too many tokens beside what else is waiting at the provider, or is too large by itself. */
  readonly excess?: 'tokens' | 'size' | undefined;
  /** Most tokens that may wait at the provider, where it says so. */
  readonly limit?: number | undefined;
  /** Nothing more is answered before it is mended: the credit is used up. */
  readonly stop?: Error | undefined;
}

/** How far a batch is. */
export interface BatchState {
  readonly isOver: boolean;
  /** Requests that are answered or have failed: so many have results once it is over. */
  readonly ended: number;
  /** Milliseconds since 1970. */
  readonly expiresAt?: number | undefined;
  /** What happened to requests without a result. */
  readonly rest?: 'expired' | 'cancelled' | undefined;
  readonly refusal?: BatchRefusal | undefined;
  /** For `results`. */
  readonly raw: unknown;
}

/** What became of one request. */
export type BatchOutcome =
  | { readonly id: string; readonly reply: GivenReply }
  /** It was not answered, and may be submitted again. */
  | {
      readonly id: string;
      readonly unanswered: 'expired' | 'cancelled' | 'failed';
      readonly message: string;
      /** Nothing more is answered before it is mended: the credit is used up. */
      readonly stop?: Error | undefined;
    };

/** A batch in the list of a provider. */
export interface ListedBatch {
  readonly id: string;
  /** Ours; undefined where the API has no names. */
  readonly name: string | undefined;
  readonly requests: number | undefined;
}

/** The batches of one API. Each function makes one attempt. @throws APICallError where a reply is an error or none comes. */
export interface BatchApi {
  readonly limits: BatchLimits;
  /** Whether listed batches have the names that they were given. */
  readonly hasNames: boolean;
  /** A line of the file of requests, with its end. */
  line(id: string, request: CapturedRequest): string;
  /** What comes before the batch itself, such as the upload. @returns what `create` needs */
  prepare(file: BatchFile, target: BatchTarget): Promise<string>;
  /** Makes the batch. @returns its id */
  create(prepared: string, file: BatchFile, target: BatchTarget): Promise<string>;
  state(id: string, target: BatchTarget): Promise<BatchState>;
  /** Of a batch that is over, in any order; '' is the id of what cannot be read. */
  results(id: string, state: BatchState, target: BatchTarget): AsyncIterable<BatchOutcome>;
  /** The newest first. */
  list(target: BatchTarget): AsyncIterable<ListedBatch>;
  cancel(id: string, target: BatchTarget): Promise<void>;
}

/** A provider, and how it is asked. */
export interface Reached {
  readonly api: BatchApi;
  readonly target: BatchTarget;
}

/** By the name of the API. */
export const BATCH_APIS: Readonly<Record<BatchApiName, BatchApi>> = {
  openai: openaiBatches,
  anthropic: anthropicBatches,
  google: googleBatches,
};

/** Part of the usual price: half of it at all three. */
export const BATCH_PRICE_FACTOR = 0.5;
