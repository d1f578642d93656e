import type { LanguageModelV4CallOptions, SharedV4Warning } from '@ai-sdk/provider';
import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import { TimeoutError } from '../error/index.ts';
import { raceAbort } from '../util/race-abort.ts';
import { startDeadline } from '../util/deadline.ts';
import { BatchRounds } from './batch-rounds.ts';
import type { ChatPrompt } from './convert-prompt.ts';
import { keepWholeChunks, reusableTokens } from './evaluate-prompt.ts';
import { generate, type GenerateOptions, type Generation } from './generate.ts';
import type { NativeModel } from './load-native-model.ts';
import { createPromptTokenizer, type PromptTokenizer, type TokenizedPrompt } from './prompt-tokenizer.ts';
import { createResponseGrammar, type ResponseGrammar } from './response-grammar.ts';
import type { Runtime } from './runtime.ts';
import { score } from './score.ts';
import { SequencePool } from './sequence-pool.ts';
import { ThreadTuner } from './thread-tuner.ts';

/** What the engine adds to the options of a generation. */
type EngineOptions = 'model' | 'sequence' | 'rounds' | 'signal' | 'onFirstToken';

/** What a call does on its sequence. */
type Work<VALUE> = (
  sequence: LlamaContextSequence,
  signal: AbortSignal | undefined,
  onFirstToken: () => void,
) => Promise<VALUE>;

/** A loaded model at work: gives calls their sequences, batches and clocks, and cleans up behind them. */
export class Engine {
  readonly contextTokens: number;
  readonly maxParallelCalls: number;
  /** Belong to every answer. */
  readonly warnings: readonly SharedV4Warning[];
  readonly stopSequences: readonly string[];
  readonly #native: NativeModel;
  readonly #runtime: Runtime;
  readonly #release: () => Promise<void>;
  readonly #tokenizer: PromptTokenizer;
  readonly #reference: string;
  readonly #firstTokenTimeoutMs: number;
  readonly #pool: SequencePool<LlamaContextSequence>;
  readonly #rounds: BatchRounds;

  constructor({
    reference,
    native,
    runtime,
    release,
    firstTokenTimeoutMs,
  }: {
    reference: string;
    native: NativeModel;
    runtime: Runtime;
    /** Lets go of the runtime. */
    release: () => Promise<void>;
    firstTokenTimeoutMs: number;
  }) {
    const { tokenizer, template } = createPromptTokenizer(native.model, runtime.jinja);
    this.contextTokens = native.contextTokens;
    this.maxParallelCalls = native.maxParallelCalls;
    this.warnings = template.caution === undefined ? [] : [{ type: 'other', message: template.caution }];
    this.stopSequences = template.stopSequences;
    this.#native = native;
    this.#runtime = runtime;
    this.#release = release;
    this.#tokenizer = tokenizer;
    this.#reference = reference;
    this.#firstTokenTimeoutMs = firstTokenTimeoutMs;
    this.#pool = new SequencePool(Array.from({ length: native.maxParallelCalls }, () => native.context.getSequence()));
    const cap = native.context.idealThreads;
    const tuner = new ThreadTuner(cap);
    this.#rounds = new BatchRounds((tokens, work) => runtime.threads.run(tokens, work, { tuner, cap }));
  }

  countTokens(text: string): number {
    return this.#native.model.tokenize(text.toWellFormed(), false).length;
  }

  tokenize(prompt: ChatPrompt, answers?: readonly string[]): TokenizedPrompt {
    return this.#tokenizer.tokenize(prompt, answers);
  }

  createGrammar(format: LanguageModelV4CallOptions['responseFormat']): Promise<ResponseGrammar> {
    return createResponseGrammar(this.#runtime, this.#native.model, format);
  }

  /** @throws the signal's reason on abort, TimeoutError. */
  generate(options: Omit<GenerateOptions, EngineOptions>, abortSignal: AbortSignal | undefined): Promise<Generation> {
    const { model } = this.#native;
    return this.#onSequence(options.prompt.tokens, abortSignal, (sequence, signal, onFirstToken) =>
      generate({ ...options, model, sequence, rounds: this.#rounds, signal, onFirstToken }),
    );
  }

  /** @throws the signal's reason on abort, TimeoutError. */
  score(prompt: TokenizedPrompt, abortSignal: AbortSignal | undefined): Promise<number[]> {
    return this.#onSequence(prompt.tokens, abortSignal, (sequence, signal, onFirstToken) =>
      score({ sequence, rounds: this.#rounds, prompt, signal, onFirstToken }),
    );
  }

  /** Waits for native work to end, then frees everything. Calls are stopped by their signals before. */
  async dispose(): Promise<void> {
    await this.#pool.whenIdle();
    await this.#native.context.dispose();
    await this.#native.model.dispose();
    await this.#release();
  }

  /**
   * Runs a call on the free sequence that holds most of its prompt. An abort rejects at once; the sequence is taken
   * by another call only when the native work on it has ended and it has been tidied.
   */
  async #onSequence<VALUE>(
    tokens: readonly Token[],
    abortSignal: AbortSignal | undefined,
    work: Work<VALUE>,
  ): Promise<VALUE> {
    const sequence = await this.#pool.acquire((candidate) => reusableTokens(candidate, tokens), abortSignal);
    using deadline = this.#startFirstTokenClock(abortSignal);
    const { signal } = deadline;
    const stopClock = () => deadline[Symbol.dispose]();
    const working = work(sequence, signal, stopClock).finally(async () => {
      await keepWholeChunks(sequence, tokens).catch(() => {});
      this.#pool.release(sequence);
    });
    return await raceAbort(working, signal);
  }

  #startFirstTokenClock(abortSignal: AbortSignal | undefined) {
    const timeoutMs = this.#firstTokenTimeoutMs;
    return startDeadline({
      timeoutMs,
      abortSignal,
      createError: () =>
        new TimeoutError({
          what: `the first token of ${this.#reference}`,
          timeoutMs,
          hint: 'If other programs use the cores, use fewer threads (LLM_BLENDER_THREADS=1); else a smaller model or a shorter prompt, or raise firstTokenTimeoutMs.',
        }),
    });
  }
}
