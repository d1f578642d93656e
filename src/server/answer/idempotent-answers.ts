import { hash } from 'node:crypto';
import { ApiError } from '../api-error.ts';
import { type AnswerPieces, type AnswerReader, SharedAnswer } from './shared-answer.ts';

/** Milliseconds for which an answer is kept: within them, the same key gets the same answer. */
const KEPT_MS = 3_600_000;

/** Characters of an answer that is kept. */
const KEPT_SIZE = 16e6;

/** Characters of all answers that are kept, and of what is noted of each. */
const ALL_KEPT_SIZE = 64e6;
const NOTED_SIZE = 1000;

interface Kept {
  readonly answer: SharedAnswer;
  /** Of the request. */
  readonly digest: string;
  readonly begunAt: number;
  isRunning: boolean;
}

/** Whose request it is, and what identifies it. */
export interface IdempotentRequest {
  /** The header `Idempotency-Key`. */
  readonly key: string;
  /** Id of the API key; undefined where none is needed. */
  readonly client: string | undefined;
  /** Of the path and the body. */
  readonly digest: string;
}

/**
 * Answers by the keys that clients gave them: a second request with the same key joins the first, or gets its answer
 * again. What has failed is not kept.
 */
export class IdempotentAnswers {
  /** The oldest first. */
  readonly #kept = new Map<string, Kept>();
  readonly #now: () => number;

  /** @param now Milliseconds since any time. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * A reader of the answer to this request.
   *
   * @throws ApiError 422 where the key was given with another request, 409 where the answer under way is too long to be
   * read from its beginning.
   */
  join(
    { key, client = '', digest }: IdempotentRequest,
    make: (signal: AbortSignal) => AnswerPieces,
  ): { readonly reader: AnswerReader; readonly isJoined: boolean } {
    this.#forget();
    const name = `${client} ${key}`;
    const known = this.#kept.get(name);
    if (known === undefined) return { reader: this.#begin(name, { digest, make }), isJoined: false };
    if (known.digest !== digest) {
      const message = 'This Idempotency-Key was given with another request. Each request needs a key of its own.';
      throw new ApiError({ status: 422, message, code: 'idempotency_key_reused' });
    }
    if (!known.answer.isWhole) {
      const message = 'The request with this Idempotency-Key is being answered, at a length that is not kept.';
      const headers = { 'x-should-retry': 'false' };
      throw new ApiError({ status: 409, message, code: 'idempotency_key_in_use', headers });
    }
    return { reader: known.answer.join(), isJoined: true };
  }

  #begin(
    name: string,
    { digest, make }: { digest: string; make: (signal: AbortSignal) => AnswerPieces },
  ): AnswerReader {
    const answer = new SharedAnswer(make, {
      keptSize: KEPT_SIZE,
      onEnd: (hasSucceeded) => {
        kept.isRunning = false;
        if (!hasSucceeded || !answer.isWhole) this.#kept.delete(name);
      },
    });
    const kept: Kept = { answer, digest, begunAt: this.#now(), isRunning: true };
    this.#kept.set(name, kept);
    return answer.join();
  }

  /** Forgets what is old, and the oldest where all is too much. What is being answered is held by its requests. */
  #forget(): void {
    let size = 0;
    for (const { answer } of this.#kept.values()) size += answer.size + NOTED_SIZE;
    for (const [name, { answer, begunAt, isRunning }] of this.#kept) {
      if (isRunning || (size <= ALL_KEPT_SIZE && this.#now() - begunAt < KEPT_MS)) continue;
      this.#kept.delete(name);
      size -= answer.size + NOTED_SIZE;
    }
  }
}

/** What tells two requests apart, whatever the order of the fields of their bodies. */
export function digestOf(path: string, body: unknown): string {
  return hash('sha256', `${path} ${JSON.stringify(sorted(body))}`);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return { fields: fields.map(([name, inner]) => [name, sorted(inner)]) };
}

/** @returns undefined where there is none. @throws ApiError 400 */
export function readIdempotencyKey(given: string | undefined): string | undefined {
  if (given === undefined || /^[\x21-\x7E](?:[\x20-\x7E]{0,253}[\x21-\x7E])?$/.test(given)) return given;
  const message = 'The header Idempotency-Key: expected 1 to 255 printable characters of ASCII.';
  throw new ApiError({ status: 400, message, code: 'invalid_idempotency_key' });
}
