import type {
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamResult,
  SharedV4Warning,
} from '@ai-sdk/provider';
import { ContextExceededError, DisposedError, InvalidArgumentError } from '../error/index.ts';
import type { InProcessModel, ScoreContinuationsOptions, ScoreContinuationsResult } from '../spec/in-process-model.ts';
import { checkNumber, COUNT } from '../util/check-number.ts';
import { mergeAbortSignals } from '../util/merge-abort-signals.ts';
import { callWarnings, finishReason, streamParts, toUsage } from './call-result.ts';
import { convertPrompt } from './convert-prompt.ts';
import type { Engine } from './engine.ts';
import type { Generation } from './generate.ts';
import { readSampling } from './sampling.ts';

/** Maximum tokens of an answer where the caller sets no limit and the context has room for more. */
const DEFAULT_OUTPUT_TOKENS = 1024;

/** Id of the one text block of an answer. */
const TEXT_ID = 'text-1';

/** A call that has been checked and can be answered. */
interface PreparedCall {
  readonly inputTokens: number;
  readonly warnings: SharedV4Warning[];
  readonly generate: (onDelta: (delta: string) => void, signal: AbortSignal | undefined) => Promise<Generation>;
}

/**
 * A chat model in a GGUF file, run in this process on the CPU by llama.cpp: an AI SDK language model that can also
 * score continuations and count tokens. Made by `createLocalModel`.
 *
 * Defaults of a call: temperature 0.8, topP 0.95, topK 40, a random seed, up to 1024 tokens. With a seed, or at
 * temperature 0, the same prompt gives the same text, whatever runs beside it.
 *
 * Calls throw ContextExceededError where the prompt does not fit, TimeoutError where the first token is too slow,
 * DisposedError, and the signal's reason on abort.
 */
export class LocalModel implements InProcessModel, AsyncDisposable {
  readonly specificationVersion = 'v4';
  readonly provider = 'local';
  readonly modelId: string;
  readonly supportedUrls: Record<string, RegExp[]> = {};
  readonly contextTokens: number;
  readonly maxParallelCalls: number;
  readonly #engine: Engine;
  readonly #reference: string;
  readonly #disposing = new AbortController();
  #disposed: Promise<void> | undefined;

  /** @internal Use `createLocalModel`. */
  constructor({ reference, engine }: { reference: string; engine: Engine }) {
    this.#reference = reference;
    this.#engine = engine;
    this.modelId = reference.replace(/^local\//, '');
    this.contextTokens = engine.contextTokens;
    this.maxParallelCalls = engine.maxParallelCalls;
  }

  async doGenerate(options: LanguageModelV4CallOptions): Promise<LanguageModelV4GenerateResult> {
    const { inputTokens, warnings, generate } = await this.#prepare(options);
    let text = '';
    const generation = await generate((delta) => {
      text += delta;
    }, options.abortSignal);
    return {
      content: text === '' ? [] : [{ type: 'text', text }],
      finishReason: finishReason(generation.cause),
      usage: toUsage(inputTokens, generation),
      response: { timestamp: new Date(), modelId: this.modelId },
      warnings,
    };
  }

  async doStream(options: LanguageModelV4CallOptions): Promise<LanguageModelV4StreamResult> {
    const { inputTokens, warnings, generate } = await this.#prepare(options);
    const stream = streamParts(async (push, signal) => {
      push({ type: 'stream-start', warnings });
      push({ type: 'response-metadata', timestamp: new Date(), modelId: this.modelId });
      let started = false;
      const generation = await generate((delta) => {
        if (!started) push({ type: 'text-start', id: TEXT_ID });
        started = true;
        push({ type: 'text-delta', id: TEXT_ID, delta });
      }, signal);
      if (started) push({ type: 'text-end', id: TEXT_ID });
      push({ type: 'finish', finishReason: finishReason(generation.cause), usage: toUsage(inputTokens, generation) });
    }, options.abortSignal);
    return { stream };
  }

  countTokens(text: string): number {
    this.#checkUsable();
    return this.#engine.countTokens(text);
  }

  async scoreContinuations(options: ScoreContinuationsOptions): Promise<ScoreContinuationsResult> {
    this.#checkUsable();
    const { continuations, answerPrefix = '', abortSignal } = options;
    abortSignal?.throwIfAborted();
    if (continuations.includes('')) {
      throw new InvalidArgumentError({
        parameter: 'continuations',
        value: continuations,
        message: 'none may be empty.',
      });
    }
    const prompt = convertPrompt(options.prompt);
    const whole = { ...prompt, answerPrefix: prompt.answerPrefix + answerPrefix.toWellFormed() };
    const tokenized = this.#engine.tokenize(
      whole,
      continuations.map((text) => text.toWellFormed()),
    );
    const longest = Math.max(0, ...tokenized.answers.map((answer) => answer.length));
    this.#checkFits(tokenized.tokens.length, longest);
    const inputTokens = tokenized.tokens.length;
    if (continuations.length === 0) return { logProbabilities: [], inputTokens };
    return { logProbabilities: await this.#engine.score(tokenized, this.#signal(abortSignal)), inputTokens };
  }

  /** Stops all calls with DisposedError and frees the memory. Resolves once nothing native runs any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposing.abort(this.#disposedError());
    await (this.#disposed ??= this.#engine.dispose());
  }

  async #prepare(options: LanguageModelV4CallOptions): Promise<PreparedCall> {
    this.#checkUsable();
    options.abortSignal?.throwIfAborted();
    const sampling = readSampling(options);
    const prompt = this.#engine.tokenize(convertPrompt(options.prompt));
    const inputTokens = prompt.tokens.length;
    this.#checkFits(inputTokens, 1);
    const maxTokens = this.#maxTokens(inputTokens, options.maxOutputTokens);
    const { grammar, stopSequences, warnings } = await this.#engine.createGrammar(options.responseFormat);
    return {
      inputTokens,
      warnings: [...callWarnings(options), ...warnings, ...this.#engine.warnings],
      generate: async (onDelta, signal) =>
        this.#engine.generate(
          {
            prompt,
            sampling,
            grammar,
            maxTokens,
            stopSequences: [...(options.stopSequences ?? []), ...stopSequences, ...this.#engine.stopSequences],
            onDelta,
          },
          this.#signal(signal),
        ),
    };
  }

  /** Room for the answer. Its last token is not evaluated, but counts. */
  #maxTokens(inputTokens: number, wanted = DEFAULT_OUTPUT_TOKENS): number {
    checkNumber('maxOutputTokens', wanted, COUNT);
    return Math.min(wanted, this.contextTokens - inputTokens);
  }

  #checkFits(inputTokens: number, moreTokens: number): void {
    const { contextTokens } = this;
    if (inputTokens + moreTokens <= contextTokens) return;
    throw new ContextExceededError({ model: this.#reference, inputTokens, contextTokens });
  }

  #checkUsable(): void {
    if (this.#disposing.signal.aborted) throw this.#disposedError();
  }

  #disposedError(): DisposedError {
    return new DisposedError({ what: this.#reference });
  }

  #signal(abortSignal: AbortSignal | undefined): AbortSignal | undefined {
    return mergeAbortSignals(abortSignal, this.#disposing.signal);
  }
}
