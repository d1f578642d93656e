import type {
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamResult,
  SharedV4Warning,
} from '@ai-sdk/provider';
import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import { ContextExceededError, DisposedError, InvalidArgumentError, TimeoutError } from '../error/index.ts';
import type {
  InProcessModel,
  ScoreContinuationsOptions,
  ScoreContinuationsResult,
  TokenScorer,
} from '../spec/in-process-model.ts';
import { checkNumber, COUNT } from '../util/check-number.ts';
import { mergeAbortSignals } from '../util/merge-abort-signals.ts';
import { createWatchdog } from '../util/deadline.ts';
import { BatchRounds } from './batch-rounds.ts';
import { callWarnings, finishReason, streamParts, toUsage } from './call-result.ts';
import { convertPrompt } from './convert-prompt.ts';
import type { ChatTemplate } from './chat-template.ts';
import { keepWholeChunks, reusableTokens } from './evaluate-prompt.ts';
import { generate as generateAnswer, type Generation } from './generate.ts';
import type { NativeModel } from './load-native-model.ts';
import { createPromptTokenizer, type PromptTokenizer } from './prompt-tokenizer.ts';
import { createResponseGrammar } from './response-grammar.ts';
import { readSampling } from './sampling.ts';
import { score } from './score.ts';
import { SequencePool } from './sequence-pool.ts';
import { ThreadTuner } from './thread-control.ts';

/** Maximum tokens of an answer where the caller sets no limit and the context has room for more. */
const DEFAULT_OUTPUT_TOKENS = 1024;

/** Id of the one text block of an answer. */
const TEXT_ID = 'text-1';

/** What a call does on its sequence. */
type Work<VALUE> = (call: {
  readonly sequence: LlamaContextSequence;
  readonly rounds: BatchRounds;
  readonly signal: AbortSignal | undefined;
  readonly onFirstToken: () => void;
}) => Promise<VALUE>;

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
export class LocalModel implements InProcessModel, TokenScorer, AsyncDisposable {
  readonly specificationVersion = 'v4';
  readonly provider = 'local';
  readonly modelId: string;
  readonly supportedUrls: Record<string, RegExp[]> = {};
  readonly contextTokens: number;
  readonly maxParallelCalls: number;
  readonly #reference: string;
  readonly #native: NativeModel;
  readonly #firstTokenTimeoutMs: number;
  readonly #tokenizer: PromptTokenizer;
  readonly #template: ChatTemplate;
  readonly #marks: ReadonlyMap<Token, string>;
  readonly #pool: SequencePool<LlamaContextSequence>;
  readonly #rounds: BatchRounds;
  readonly #disposing = new AbortController();
  #disposed: Promise<void> | undefined;

  /** @internal Use `createLocalModel`. */
  constructor(options: {
    reference: string;
    /** Belongs to the model from now on. */
    native: NativeModel;
    firstTokenTimeoutMs: number;
  }) {
    const { reference, native, firstTokenTimeoutMs } = options;
    const { model, context, runtime, contextTokens, maxParallelCalls } = native;
    const { tokenizer, template, marks } = createPromptTokenizer(model);
    this.#marks = marks;
    this.#reference = reference;
    this.#native = native;
    this.#firstTokenTimeoutMs = firstTokenTimeoutMs;
    this.#tokenizer = tokenizer;
    this.#template = template;
    this.modelId = reference.replace(/^local\//, '');
    this.contextTokens = contextTokens;
    this.maxParallelCalls = maxParallelCalls;
    this.#pool = new SequencePool(Array.from({ length: maxParallelCalls }, () => context.getSequence()));
    const cap = context.idealThreads;
    const tuner = new ThreadTuner(cap);
    this.#rounds = new BatchRounds((tokens, work) => runtime.threads.run(tokens, work, { tuner, cap }));
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
    return this.#native.model.tokenize(text.toWellFormed(), false).length;
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
    const tokenized = this.#tokenizer.tokenize(
      whole,
      continuations.map((text) => text.toWellFormed()),
    );
    const longest = Math.max(0, ...tokenized.answers.map((answer) => answer.length));
    this.#checkFits(tokenized.tokens.length, longest);
    const inputTokens = tokenized.tokens.length;
    if (continuations.length === 0) return { logProbabilities: [], inputTokens };
    const logProbabilities = await this.#onSequence(tokenized.tokens, abortSignal, (call) =>
      score({ ...call, prompt: tokenized }),
    );
    return { logProbabilities, inputTokens };
  }

  tokenize(text: string): readonly number[] {
    this.#checkUsable();
    return this.#native.model.tokenize(text.toWellFormed(), false);
  }

  markToken(text: string): number {
    this.#checkUsable();
    const [token, ...more] = this.#native.model.tokenize(text, true);
    if (token === undefined || more.length > 0) {
      throw new InvalidArgumentError({
        parameter: 'text',
        value: text,
        message: `expected a mark that is one token of ${this.#reference}.`,
      });
    }
    return token;
  }

  async scoreTokens(options: Parameters<TokenScorer['scoreTokens']>[0]): Promise<readonly number[]> {
    this.#checkUsable();
    const { abortSignal } = options;
    abortSignal?.throwIfAborted();
    const [tokens, next] = [options.prompt as readonly Token[], options.next as readonly Token[]];
    this.#checkFits(tokens.length, 0);
    const prompt = { tokens, answers: next.map((token) => [token]) };
    return await this.#onSequence(tokens, abortSignal, (call) => score({ ...call, prompt }));
  }

  /** Stops all calls with DisposedError and frees the memory. Resolves once nothing native runs any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposing.abort(this.#disposedError());
    await (this.#disposed ??= this.#pool.whenIdle().then(() => this.#native.dispose()));
  }

  async #prepare(options: LanguageModelV4CallOptions): Promise<PreparedCall> {
    this.#checkUsable();
    options.abortSignal?.throwIfAborted();
    const sampling = readSampling(options);
    const prompt = this.#tokenizer.tokenize(convertPrompt(options.prompt));
    const inputTokens = prompt.tokens.length;
    this.#checkFits(inputTokens, 1);
    const maxTokens = this.#maxTokens(inputTokens, options.maxOutputTokens);
    const { runtime, model } = this.#native;
    const { grammar, stopSequences, warnings } = await createResponseGrammar(runtime, model, options.responseFormat);
    const { warning } = this.#template;
    // An answer of a given form begins at once, whatever the template has opened.
    const opened = grammar === undefined ? prompt.openedThought : '';
    const ends = [...(options.stopSequences ?? []), ...stopSequences, ...this.#template.stopSequences];
    return {
      inputTokens,
      warnings: [
        ...callWarnings(options),
        ...warnings,
        ...(warning === undefined ? [] : [{ type: 'other' as const, message: warning }]),
      ],
      generate: (listener, signal) => {
        let before = opened;
        const onDelta = (delta: string) => {
          listener(before + delta);
          before = '';
        };
        const answer = {
          model,
          marks: this.#marks,
          prompt,
          sampling,
          grammar,
          maxTokens,
          stopSequences: ends,
          onDelta,
        };
        return this.#onSequence(prompt.tokens, signal, (call) => generateAnswer({ ...call, ...answer }));
      },
    };
  }

  /**
   * Runs a call on the free sequence that holds most of its prompt. An abort or a timeout rejects at once; another call
   * gets the sequence only when the native work on it has ended and it has been tidied up.
   *
   * @throws the signal's reason on abort, TimeoutError, DisposedError.
   */
  async #onSequence<VALUE>(
    tokens: readonly Token[],
    abortSignal: AbortSignal | undefined,
    work: Work<VALUE>,
  ): Promise<VALUE> {
    const [timeoutMs, rounds] = [this.#firstTokenTimeoutMs, this.#rounds];
    using watchdog = createWatchdog(mergeAbortSignals(abortSignal, this.#disposing.signal));
    const { signal } = watchdog;
    const createError = () =>
      new TimeoutError({
        what: `the first token of ${this.#reference}`,
        timeoutMs,
        hint: 'If other programs use the cores, use fewer threads (LLM_BLENDER_THREADS=1); else a smaller model or a shorter prompt, or raise firstTokenTimeoutMs.',
      });
    const run = async (sequence: LlamaContextSequence) => {
      // The clock starts when the call has its sequence.
      watchdog.expect(timeoutMs, createError);
      const stopClock = () => watchdog[Symbol.dispose]();
      try {
        return await work({ sequence, rounds, signal, onFirstToken: stopClock });
      } finally {
        stopClock();
        await keepWholeChunks(sequence, tokens).catch(() => {});
      }
    };
    return await this.#pool.run(run, { affinity: (sequence) => reusableTokens(sequence, tokens), signal });
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
}
