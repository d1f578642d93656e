import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4StreamResult,
} from '@ai-sdk/provider';

/** What a {@link FakeLanguageModel} does with one call. */
export type FakeAnswer =
  /** Says this, one word a part. */
  | string
  /** Fails before the first token. */
  | Error
  /** Says the words with a pause before each. */
  | { readonly words: readonly string[]; readonly pauseMs: number };

/** Says nothing until the call is aborted. */
export const HANG: FakeAnswer = { words: ['never said'], pauseMs: Infinity };

/** A language model that answers by a function, obeys aborts, and records its calls. */
export class FakeLanguageModel implements LanguageModelV4 {
  readonly specificationVersion = 'v4';
  readonly provider: string;
  readonly modelId: string;
  readonly supportedUrls = {};
  /** Every call, in order. */
  readonly calls: LanguageModelV4CallOptions[] = [];
  /** Calls that have begun and neither ended nor been aborted. */
  running = 0;
  readonly #answer: (call: LanguageModelV4CallOptions, index: number) => FakeAnswer;

  constructor(options: {
    provider?: string;
    modelId?: string;
    answer: FakeAnswer | ((call: LanguageModelV4CallOptions, index: number) => FakeAnswer);
  }) {
    const { provider = 'fake', modelId = 'model', answer } = options;
    this.provider = provider;
    this.modelId = modelId;
    this.#answer = typeof answer === 'function' ? answer : () => answer;
  }

  async doGenerate(): Promise<LanguageModelV4GenerateResult> {
    throw new Error('FakeLanguageModel: doGenerate is not expected');
  }

  async doStream(options: LanguageModelV4CallOptions): Promise<LanguageModelV4StreamResult> {
    const answer = this.#answer(options, this.calls.length);
    this.calls.push(options);
    if (answer instanceof Error) throw answer;
    const { words, pauseMs } = typeof answer === 'object' ? answer : { words: answer.split(/(?<= )/), pauseMs: 0 };
    return { stream: ReadableStream.from(this.#speak(words, pauseMs, options.abortSignal)) };
  }

  async *#speak(
    words: readonly string[],
    pauseMs: number,
    abortSignal: AbortSignal | undefined,
  ): AsyncGenerator<LanguageModelV4StreamPart> {
    this.running += 1;
    try {
      yield { type: 'stream-start', warnings: [] };
      yield { type: 'text-start', id: '1' };
      for (const delta of words) {
        if (pauseMs > 0) await pause(pauseMs, abortSignal);
        yield { type: 'text-delta', id: '1', delta };
      }
      yield { type: 'text-end', id: '1' };
      yield {
        type: 'finish',
        finishReason: { unified: 'stop', raw: 'stop' },
        usage: {
          inputTokens: { total: 7, noCache: 7, cacheRead: undefined, cacheWrite: undefined },
          outputTokens: { total: words.length, text: words.length, reasoning: undefined },
        },
      };
    } finally {
      this.running -= 1;
    }
  }
}

function pause(milliseconds: number, abortSignal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = milliseconds === Infinity ? undefined : setTimeout(resolve, milliseconds);
  const stop = () => {
    clearTimeout(timer);
    reject(abortSignal?.reason);
  };
  if (abortSignal?.aborted) stop();
  else abortSignal?.addEventListener('abort', stop, { once: true });
  return promise.finally(() => abortSignal?.removeEventListener('abort', stop));
}
