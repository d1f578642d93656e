import { type Answer, streamAnswer } from '../calls/index.ts';
import type { Fuser, FuserFuseOptions, FuserFuseResult } from '../spec/fuser.ts';
import type { GenerationSettings, ModelObject } from '../spec/model-choice.ts';
import { addUsage, NO_USAGE } from '../spec/usage.ts';
import { ANALYSIS_SHARE, analyseCandidates } from './analysis/analyse-candidates.ts';
import { trimAnalysis } from './analysis/analysis-text.ts';
import { fitFusion } from './fit-fusion.ts';
import { type FuserContext, fuserContext } from './fuser-context.ts';
import { type FusionPromptFunction, shownCandidates } from './fusion-material.ts';
import type { FusionSettings } from './fusion-settings.ts';
import { resolvePrompt } from './prompt/resolve-prompt.ts';

/** Tokens of the answer without `maxOutputTokens`. */
const DEFAULT_OUTPUT_TOKENS = 512;

/** Options of {@link LlmFuser}. */
interface LlmFuserOptions {
  readonly model: ModelObject;
  readonly name: string;
  readonly settings: GenerationSettings;
  readonly fusion: FusionSettings;
  readonly maxRetries: number | undefined;
  readonly timeoutMs: number | undefined;
}

/** A {@link Fuser} that calls a language model. Texts are shortened in the middle where they do not fit its context. */
export class LlmFuser implements Fuser {
  readonly specificationVersion = 'v1';
  readonly name: string;
  readonly analyses: boolean;
  readonly #options: LlmFuserOptions;
  readonly #context: FuserContext;
  readonly #prompt: FusionPromptFunction;

  constructor(options: LlmFuserOptions) {
    const { model, name, fusion } = options;
    this.name = name;
    this.analyses = fusion.analysis ?? false;
    this.#options = options;
    this.#context = fuserContext(model, name, fusion.contextTokens);
    this.#prompt = resolvePrompt(fusion.fusionPrompt);
  }

  async doFuse({ onAnalysis, onDelta, ...options }: FuserFuseOptions): Promise<FuserFuseResult> {
    const { showRanks = true, showScores = false } = this.#options.fusion;
    const { task, budget, abortSignal } = options;
    const parts = { task, ...shownCandidates(options, { showRanks, showScores }), analysis: undefined };
    const context = this.#context;
    // A single candidate has nothing to be compared with.
    const analysed =
      this.analyses && parts.candidates.length > 1
        ? await analyseCandidates({
            parts,
            context,
            model: this.name,
            ask: (prompt, call) => this.#ask(prompt, { ...call, temperature: 0, abortSignal }),
            budget,
            abortSignal,
          })
        : undefined;
    const outcome = analysed && { analysis: analysed.analysis, failure: analysed.failure };
    if (outcome !== undefined) onAnalysis?.(outcome);
    const analysis = trimAnalysis(outcome?.analysis, Math.floor(context.tokens * ANALYSIS_SHARE), context.measure);
    // The likeliest text by default: the original decodes by beam search, and a fusion gains nothing from sampling.
    const settings = { temperature: 0, maxOutputTokens: DEFAULT_OUTPUT_TOKENS, ...this.#options.settings };
    const { text, truncated } = fitFusion(
      this.#prompt,
      { ...parts, analysis },
      { context, outputTokens: settings.maxOutputTokens ?? DEFAULT_OUTPUT_TOKENS, model: this.name },
    );
    const answer = await this.#ask(text, { ...settings, budget, abortSignal, onDelta });
    return {
      text: answer.text.trim(),
      finishReason: answer.finishReason,
      usage: addUsage(analysed?.usage ?? NO_USAGE, answer.usage),
      truncated: truncated || analysed?.truncated === true,
      analysed: outcome,
    };
  }

  async #ask(
    prompt: string,
    {
      budget,
      abortSignal,
      onDelta,
      output,
      ...settings
    }: GenerationSettings &
      Pick<FuserFuseOptions, 'budget' | 'abortSignal' | 'onDelta'> &
      Pick<Parameters<typeof streamAnswer>[0], 'output'>,
  ): Promise<Answer> {
    const { model, maxRetries, timeoutMs } = this.#options;
    return streamAnswer({
      model,
      name: this.name,
      prompt: { messages: [{ role: 'user', content: prompt }], system: undefined },
      settings,
      maxRetries,
      timeoutMs,
      budget,
      abortSignal,
      onDelta,
      output,
    });
  }
}
