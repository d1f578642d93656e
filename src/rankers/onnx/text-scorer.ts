import { setImmediate } from 'node:timers/promises';
import type { OnnxSession } from './onnx-session.ts';

/** Texts are padded to a multiple of this, so that a text's own length alone decides the shape it is computed in. */
const LENGTH_STEP = 16;

/** Most characters of remembered texts, together; each counts so many more for what is kept beside it. */
const MAX_CHARACTERS = 4_000_000;
const ENTRY_CHARACTERS = 500;

/** A text's score: the higher, the better among the candidates of one instruction. */
export interface ScoredText extends TextNotes {
  readonly score: number;
}

/** What should be known of a text's score. */
export interface TextNotes {
  /** Something was left out for being too long. */
  readonly truncated: boolean;
  /** Next to nothing of it is in the vocabulary. */
  readonly unreadable?: boolean;
}

/** What a scorer knows of a text. */
export interface ScorableText extends TextNotes {
  readonly ids: readonly number[];
  /** Tokens of it that are read in all. @default those of `ids` */
  readonly tokensRead?: number;
}

/** One text that waits for its score, for one caller or several. */
interface Waiting<TEXT> {
  readonly key: string;
  readonly text: TEXT;
  readonly length: number;
  readonly settle: PromiseWithResolvers<ScoredText>;
  /** Of those who wait for it. */
  readonly signals: Set<AbortSignal | undefined>;
}

/**
 * Scores texts for all callers together, each once. Those that wait at the same time and have the same padded length
 * make one batch, so that a score does not depend on what else is scored.
 */
export class TextScorer<TEXT extends ScorableText> {
  readonly #session: Pick<OnnxSession<TEXT>, 'score'>;
  readonly #maxTokens: number;
  /** Scores by key, known or to come; the least recently used stands first. */
  readonly #scores = new Map<string, Promise<ScoredText>>();
  readonly #waiting = new Map<string, Waiting<TEXT>>();
  #characters = 0;
  #running = false;

  /** @param options.maxTokens most tokens of one batch, padding included. */
  constructor(session: Pick<OnnxSession<TEXT>, 'score'>, { maxTokens }: { maxTokens: number }) {
    this.#session = session;
    this.#maxTokens = maxTokens;
  }

  /**
   * The score of the text that `key` stands for; `encode` is called where it is not known yet.
   *
   * @throws the signal's reason where all who wait for the text have aborted before its turn.
   */
  score(key: string, encode: () => TEXT, abortSignal: AbortSignal | undefined): Promise<ScoredText> {
    const known = this.#scores.get(key);
    if (known === undefined) return this.#enqueue(key, encode(), abortSignal);
    this.#waiting.get(key)?.signals.add(abortSignal);
    this.#scores.delete(key);
    this.#scores.set(key, known);
    return known;
  }

  #enqueue(key: string, text: TEXT, abortSignal: AbortSignal | undefined): Promise<ScoredText> {
    const settle = Promise.withResolvers<ScoredText>();
    // The caller may be gone when it fails.
    settle.promise.catch(() => {});
    const length = Math.ceil(text.ids.length / LENGTH_STEP) * LENGTH_STEP;
    this.#waiting.set(key, { key, text, length, settle, signals: new Set([abortSignal]) });
    this.#scores.set(key, settle.promise);
    this.#characters += key.length + ENTRY_CHARACTERS;
    for (const oldest of this.#scores.keys()) {
      if (this.#characters <= MAX_CHARACTERS || oldest === key) break;
      if (!this.#waiting.has(oldest)) this.#forget(oldest);
    }
    if (!this.#running) {
      this.#running = true;
      void this.#run();
    }
    return settle.promise;
  }

  #forget(key: string): void {
    if (this.#scores.delete(key)) this.#characters -= key.length + ENTRY_CHARACTERS;
  }

  async #run(): Promise<void> {
    while (true) {
      // A turn of the event loop: callers of this moment get into the same batches, and timers and signals run.
      await setImmediate();
      this.#dropAborted();
      const batch = this.#next();
      if (batch.length === 0) break;
      await this.#score(batch);
    }
    this.#running = false;
  }

  async #score(batch: readonly Waiting<TEXT>[]): Promise<void> {
    try {
      const scores = await this.#session.score(
        batch.map(({ text }) => text),
        batch[0]?.length ?? LENGTH_STEP,
      );
      for (const [row, { text, settle }] of batch.entries()) {
        const { truncated, unreadable = false } = text;
        settle.resolve({ score: scores[row] ?? Number.NaN, truncated, unreadable });
      }
    } catch (error) {
      for (const waiting of batch) this.#fail(waiting, error);
    }
    for (const { key } of batch) this.#waiting.delete(key);
  }

  #dropAborted(): void {
    for (const waiting of this.#waiting.values()) {
      const [first] = waiting.signals;
      if (first?.aborted !== true || [...waiting.signals].some((signal) => signal?.aborted !== true)) continue;
      this.#waiting.delete(waiting.key);
      this.#fail(waiting, first.reason);
    }
  }

  /** The next caller has it computed anew. */
  #fail({ key, settle }: Waiting<TEXT>, error: unknown): void {
    this.#forget(key);
    settle.reject(error);
  }

  /** The text that has waited longest, and others of its padded length. */
  #next(): readonly Waiting<TEXT>[] {
    const [oldest] = this.#waiting.values();
    if (oldest === undefined) return [];
    const most = Math.max(1, Math.floor(this.#maxTokens / oldest.length));
    return [...this.#waiting.values()].filter(({ length }) => length === oldest.length).slice(0, most);
  }
}
