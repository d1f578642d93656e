import type { LanguageModelV4CallOptions, SharedV4Warning } from '@ai-sdk/provider';
import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import { TimeoutError } from '../error/index.ts';
import { startDeadline } from '../util/deadline.ts';
import { mergeAbortSignals } from '../util/merge-abort-signals.ts';
import { BatchRounds } from './batch-rounds.ts';
import type { ChatPrompt } from './convert-prompt.ts';
import { keepWholeChunks, reusableTokens } from './evaluate-prompt.ts';
import { generate, type GenerateOptions, type Generation } from './generate.ts';
import type { NativeModel } from './load-native-model.ts';
import { createPromptTokenizer, type PromptTokenizer, type TokenizedPrompt } from './prompt-tokenizer.ts';
import { createResponseGrammar, type ResponseGrammar } from './response-grammar.ts';
import { score } from './score.ts';
import { SequencePool } from './sequence-pool.ts';
import { ThreadTuner } from './thread-control.ts';

/** What the engine adds to the options of a generation. */
type EngineOptions = 'model' | 'sequence' | 'rounds' | 'signal' | 'onFirstToken';

/** What a call does on its sequence. */
type Work<VALUE> = (
  sequence: LlamaContextSequence,
  signal: AbortSignal | undefined,
  onFirstToken: () => void,
) => Promise<VALUE>;

/** A loaded model at work: gives calls their sequences, batches and time limits, and cleans up after them. */
export class Engine {
  readonly contextTokens: number;
  readonly maxParallelCalls: number;
  /** Belong to every answer. */
  readonly warnings: readonly SharedV4Warning[];
  readonly stopSequences: readonly string[];
  readonly #native: NativeModel;
  readonly #tokenizer: PromptTokenizer;
  readonly #reference: string;
  readonly #firstTokenTimeoutMs: number;
  readonly #pool: SequencePool<LlamaContextSequence>;
  readonly #rounds: BatchRounds;

  constructor({
    reference,
    native,
    firstTokenTimeoutMs,
  }: {
    reference: string;
    /** Belongs to the engine from now on. */
    native: NativeModel;
    firstTokenTimeoutMs: number;
  }) {
    const { model, context, runtime } = native;
    const { tokenizer, template } = createPromptTokenizer(model);
    this.contextTokens = native.contextTokens;
    this.maxParallelCalls = native.maxParallelCalls;
    this.warnings = template.warning === undefined ? [] : [{ type: 'other', message: template.warning }];
    this.stopSequences = template.stopSequences;
    this.#native = native;
    this.#tokenizer = tokenizer;
    this.#reference = reference;
    this.#firstTokenTimeoutMs = firstTokenTimeoutMs;
    this.#pool = new SequencePool(Array.from({ length: native.maxParallelCalls }, () => context.getSequence()));
    const cap = context.idealThreads;
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
    return createResponseGrammar(this.#native.runtime, this.#native.model, format);
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

  /** Waits for native work to end, then frees everything. Abort the calls first. */
  async dispose(): Promise<void> {
    await this.#pool.whenIdle();
    await this.#native.dispose();
  }

  /**
   * Runs a call on the free sequence that holds most of its prompt. An abort or a timeout rejects at once; another call
   * gets the sequence only when the native work on it has ended and it has been tidied up.
   */
  async #onSequence<VALUE>(
    tokens: readonly Token[],
    abortSignal: AbortSignal | undefined,
    work: Work<VALUE>,
  ): Promise<VALUE> {
    const overtime = new AbortController();
    const signal = mergeAbortSignals(abortSignal, overtime.signal);
    const run = async (sequence: LlamaContextSequence) => {
      // The clock starts when the call has its sequence.
      using deadline = this.#startFirstTokenClock();
      const onTimeout = () => overtime.abort(deadline.signal?.reason);
      deadline.signal?.addEventListener('abort', onTimeout, { once: true });
      try {
        return await work(sequence, signal, () => deadline[Symbol.dispose]());
      } finally {
        await keepWholeChunks(sequence, tokens).catch(() => {});
      }
    };
    return this.#pool.run(run, { affinity: (sequence) => reusableTokens(sequence, tokens), signal });
  }

  #startFirstTokenClock() {
    const timeoutMs = this.#firstTokenTimeoutMs;
    return startDeadline({
      timeoutMs,
      createError: () =>
        new TimeoutError({
          what: `the first token of ${this.#reference}`,
          timeoutMs,
          hint: 'If other programs use the cores, use fewer threads (LLM_BLENDER_THREADS=1); else a smaller model or a shorter prompt, or raise firstTokenTimeoutMs.',
        }),
    });
  }
}
