import { streamAnswer } from '../calls/index.ts';
import type { Fuser, FuserFuseOptions, FuserFuseResult } from '../spec/fuser.ts';
import { isInProcessModel } from '../spec/in-process-model.ts';
import type { GenerationSettings, ModelObject } from '../spec/model-choice.ts';
import { taskText } from '../spec/task.ts';
import { fitText, fitTexts, type Measure } from '../util/fit-texts.ts';
import { fusionPrompt } from './fusion-prompt.ts';

/** Room for the prompt where the context of a model is not known, in UTF-16 units: about 16,000 tokens. */
const UNKNOWN_CONTEXT_LENGTH = 64_000;

/** Tokens a chat template may add around the prompt. */
const TEMPLATE_TOKENS = 64;

/** Tokens kept free for the answer where no `maxOutputTokens` says otherwise. */
const DEFAULT_OUTPUT_TOKENS = 512;

/** A {@link Fuser} that asks a language model. Texts are shortened in the middle where they do not fit its context. */
export class LlmFuser implements Fuser {
  readonly specificationVersion = 'v1';
  readonly name: string;
  readonly #model: ModelObject;
  readonly #settings: GenerationSettings;
  readonly #maxRetries: number;
  readonly #timeoutMs: number | undefined;

  constructor({
    model,
    name,
    settings,
    maxRetries,
    timeoutMs,
  }: {
    model: ModelObject;
    name: string;
    settings: GenerationSettings;
    maxRetries: number;
    timeoutMs: number | undefined;
  }) {
    this.#model = model;
    this.name = name;
    // The likeliest text unless asked for otherwise: the original decodes by beam search, and a fusion gains nothing from chance.
    this.#settings = { temperature: 0, maxOutputTokens: DEFAULT_OUTPUT_TOKENS, ...settings };
    this.#maxRetries = maxRetries;
    this.#timeoutMs = timeoutMs;
  }

  async doFuse({ task, candidates, budget, abortSignal, onDelta }: FuserFuseOptions): Promise<FuserFuseResult> {
    const { prompt, truncated } = this.#fit(task, candidates);
    const answer = await streamAnswer({
      model: this.#model,
      name: this.name,
      prompt: { messages: [{ role: 'user', content: prompt }], system: undefined },
      settings: this.#settings,
      maxRetries: this.#maxRetries,
      timeoutMs: this.#timeoutMs,
      budget,
      abortSignal,
      ...(onDelta === undefined ? {} : { onDelta }),
    });
    return { text: answer.text.trim(), finishReason: answer.finishReason, usage: answer.usage, truncated };
  }

  /** Room kept for the answer: what is asked for, but never more than half of the context, or nothing could be read. */
  #outputTokens(contextTokens: number): number {
    return Math.min(this.#settings.maxOutputTokens ?? DEFAULT_OUTPUT_TOKENS, Math.floor(contextTokens / 2));
  }

  /** The task gets at most half of the room; the candidates share the rest fairly. */
  #fit(task: FuserFuseOptions['task'], candidates: readonly string[]): { prompt: string; truncated: boolean } {
    const model = this.#model;
    const measure: Measure = isInProcessModel(model) ? (text) => model.countTokens(text) : (text) => text.length;
    const room = isInProcessModel(model)
      ? model.contextTokens - this.#outputTokens(model.contextTokens) - TEMPLATE_TOKENS
      : UNKNOWN_CONTEXT_LENGTH;
    const frame = measure(
      fusionPrompt(
        { instruction: '', input: '' },
        candidates.map(() => ''),
      ),
    );
    const budget = Math.max(0, room - frame);
    const instruction = fitText(taskText(task), Math.floor(budget / 2), measure);
    const fitted = fitTexts(candidates, budget - measure(instruction.text), measure);
    return {
      prompt: fusionPrompt({ instruction: instruction.text, input: '' }, fitted.texts),
      truncated: instruction.cut || fitted.cut,
    };
  }
}
