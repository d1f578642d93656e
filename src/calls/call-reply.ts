import type {
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4StreamResult,
} from '@ai-sdk/provider';
import { type PartsInfo, type PartSource, toPartStream } from '../spec/part-source.ts';
import { raceAbort } from '../util/race-abort.ts';
import { toModelError } from './to-model-error.ts';

/** What comes back from a call. */
export type CallReply = WholeReply | StreamReply;

/** An answer that came whole. */
export interface WholeReply {
  readonly kind: 'generate';
  readonly result: LanguageModelV4GenerateResult;
}

/** Looks at an answer as it passes. */
export interface ReplyTap {
  onResult?(result: LanguageModelV4GenerateResult): void;
  onPart?(part: LanguageModelV4StreamPart): void;
  /** Called once: after the last part, which need not be read on from, and also where nobody reads on after an abort. */
  onEnd(end: ReplyEnd): void;
}

/** How an answer ended: by itself, with an error, or because its reader left. */
export type ReplyEnd = { readonly type: 'done' | 'left' } | { readonly type: 'failed'; readonly error: unknown };

/** An answer that comes in parts, for one reader. Any number of taps see every part that is read after they were added. */
export class StreamReply implements PartSource {
  readonly kind = 'stream';
  /** What came with the stream. */
  readonly info: PartsInfo;
  readonly #source: PartSource;
  readonly #abortSignal: AbortSignal | undefined;
  readonly #taps: ReplyTap[] = [];
  #isOver = false;

  constructor(
    source: PartSource,
    { info = {}, abortSignal }: { info?: PartsInfo; abortSignal?: AbortSignal | undefined } = {},
  ) {
    this.#source = source;
    this.info = info;
    this.#abortSignal = abortSignal;
  }

  static ofStream({ stream, ...info }: LanguageModelV4StreamResult, abortSignal: AbortSignal | undefined): StreamReply {
    const reader = stream.getReader();
    const read = async () => {
      const { value } = await reader.read().catch((error: unknown) => {
        throw toModelError(error);
      });
      if (value === undefined) return undefined;
      return [value.type === 'error' ? { ...value, error: toModelError(value.error) } : value];
    };
    const reply = new StreamReply({ read, cancel: (reason) => reader.cancel(reason) }, { info, abortSignal });
    // A model that does not look at the signal learns of an abort from its stream.
    reply.tap({ onEnd: (end) => void (end.type === 'failed' && reader.cancel(end.error).catch(() => {})) });
    return reply;
  }

  tap(tap: ReplyTap): void {
    if (this.#taps.length === 0) this.#abortSignal?.addEventListener('abort', this.#onAbort, { once: true });
    this.#taps.push(tap);
    if (this.#abortSignal?.aborted) this.#onAbort();
  }

  /** @throws what ended the stream. */
  async read(): Promise<readonly LanguageModelV4StreamPart[] | undefined> {
    try {
      const parts = await this.#source.read();
      for (const tap of this.#taps) if (tap.onPart !== undefined) for (const part of parts ?? []) tap.onPart(part);
      if (parts === undefined || parts.at(-1)?.type === 'finish') this.#end({ type: 'done' });
      return parts;
    } catch (error) {
      this.#end({ type: 'failed', error });
      throw error;
    }
  }

  async cancel(reason?: unknown): Promise<void> {
    this.#end({ type: 'left' });
    await this.#source.cancel(reason);
  }

  /** The same as the AI SDK wants it; an abort ends it at once, whatever the source does. */
  toResult(): LanguageModelV4StreamResult {
    const read = () => raceAbort(this.read(), this.#abortSignal);
    return { ...this.info, stream: toPartStream({ read, cancel: (reason) => this.cancel(reason) }) };
  }

  readonly #onAbort = () => this.#end({ type: 'failed', error: this.#abortSignal?.reason });

  #end(end: ReplyEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#abortSignal?.removeEventListener('abort', this.#onAbort);
    for (const tap of this.#taps) tap.onEnd(end);
  }
}

/** Has a tap look at an answer of either kind. */
export function tapReply(reply: CallReply, tap: ReplyTap): void {
  if (reply.kind === 'stream') {
    reply.tap(tap);
    return;
  }
  tap.onResult?.(reply.result);
  tap.onEnd({ type: 'done' });
}
