import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { raceAbort } from '../util/race-abort.ts';

/** A stream for any number of readers: each gets all parts from the first, as fast as they are there. */
export class SharedStream {
  readonly #parts: LanguageModelV4StreamPart[] = [];
  #end: { readonly error?: unknown } | undefined;
  #more = Promise.withResolvers<void>();

  constructor(
    stream: ReadableStream<LanguageModelV4StreamPart>,
    { abortSignal, onEnd }: { abortSignal: AbortSignal; onEnd: () => void },
  ) {
    void this.#read(stream.getReader(), abortSignal).finally(onEnd);
  }

  async #read(reader: ReadableStreamDefaultReader<LanguageModelV4StreamPart>, abortSignal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        const { done, value } = await raceAbort(reader.read(), abortSignal);
        if (done) break;
        this.#parts.push(value);
        this.#wake();
      }
      this.#end = {};
    } catch (error) {
      this.#end = { error };
      reader.cancel(error).catch(() => {});
    }
    this.#wake();
  }

  #wake(): void {
    this.#more.resolve();
    this.#more = Promise.withResolvers();
  }

  /** One reader's stream. */
  open({
    abortSignal,
    onDone,
    onLeave,
  }: {
    abortSignal: AbortSignal | undefined;
    /** The reader has all of it. */
    onDone: () => void;
    /** The reader needs no more, for whatever reason. */
    onLeave: (reason?: unknown) => void;
  }): ReadableStream<LanguageModelV4StreamPart> {
    let next = 0;
    return new ReadableStream<LanguageModelV4StreamPart>(
      {
        pull: async (controller) => {
          while (next >= this.#parts.length && this.#end === undefined)
            await raceAbort(this.#more.promise, abortSignal);
          const part = this.#parts[next];
          if (part !== undefined) {
            next += 1;
            return controller.enqueue(part);
          }
          onLeave();
          if (this.#end !== undefined && 'error' in this.#end) return controller.error(this.#end.error);
          onDone();
          controller.close();
        },
        cancel: onLeave,
      },
      { highWaterMark: 0 },
    );
  }
}
