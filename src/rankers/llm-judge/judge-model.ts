import { Output } from 'ai';
import { type Answer, streamAnswer } from '../../calls/index.ts';
import { ModelCallError } from '../../error/index.ts';
import { type GenerationSettings, type ModelObject, pickSettings } from '../../spec/model-choice.ts';
import { checkRankerCallSettings, type RankerCallSettings } from '../../spec/pair-ranker.ts';
import { KNOWN_PROVIDERS, knownProvider } from '../../spec/providers.ts';
import type { JudgeLanguage } from '../../spec/ranker-choice.ts';
import type { JudgeCall } from './collect-judgements.ts';
import { judgeTexts } from './prompt/judge-prompt.ts';
import type { JudgeTexts } from './prompt/judge-texts.ts';
import { hasTokenProbabilities } from './verdict/verdict-probabilities.ts';

/** Options of a judge. Settings given here override those of the call; temperature 0 unless another is set. */
export interface JudgeOptions extends GenerationSettings, RankerCallSettings {
  readonly model: ModelObject;
  /** Such as `judge:openai/gpt-4.1-mini`. */
  readonly name: string;
  /** Name of the model alone, for errors. */
  readonly modelName: string;
  /** Most tokens of a prompt; longer texts are shortened in the middle. @default depends on the judge */
  readonly promptTokens?: number | undefined;
  /** Language of the prompt. @default 'en' */
  readonly language?: JudgeLanguage | undefined;
}

/**
 * Forms of a reply, best first: with the probabilities of its tokens, held to the four choices by a schema, in words.
 */
const FORMS = ['tokens', 'choice', 'text'] as const;

/** One of {@link FORMS}. */
export type ReplyForm = (typeof FORMS)[number];

/** One question to a judge. */
export interface JudgeRequest {
  readonly prompt: string;
  /** Maximum tokens of the reply, unless the judge has its own setting. */
  readonly maxOutputTokens: number;
  /** The best form that the reply may have. */
  readonly form: ReplyForm;
}

/** Unless the judge or the call sets another. */
const TIMEOUT_MS = 120_000;
const MAX_RETRIES = 2;

/** A model that judges. It learns what the model refuses, and does not try that again. */
export class JudgeModel {
  readonly texts: JudgeTexts;
  readonly #options: JudgeOptions;
  readonly #unusable = new Set<ReplyForm>();
  /** Some models, mostly those that reason, take no temperature. */
  #sendsTemperature = true;

  /** @throws InvalidArgumentError */
  constructor(options: JudgeOptions) {
    checkRankerCallSettings(options);
    this.#options = options;
    this.texts = judgeTexts(options.language);
    if (!returnsTokenProbabilities(options.model)) this.#unusable.add('tokens');
  }

  /**
   * Asks once: for the best form of reply that the model is known to take, and for the next where the provider refuses
   * that one.
   *
   * @throws ModelCallError, TimeoutError, BudgetExceededError, the signal's reason on abort.
   */
  async ask(request: JudgeRequest, call: JudgeCall): Promise<Answer & { readonly form: ReplyForm }> {
    const form = this.#formFrom(request.form);
    const sendsTemperature = this.#sendsTemperature;
    try {
      const answer = await this.#send({ ...request, form }, call);
      if (form === 'tokens' && !hasTokenProbabilities(answer.details)) this.#unusable.add('tokens');
      // Without a schema nothing holds the reply to the choices, and words say more.
      if (answer.warnings.some((warning) => 'feature' in warning && warning.feature === 'responseFormat'))
        this.#unusable.add('choice');
      return { ...answer, form };
    } catch (error) {
      call.abortSignal?.throwIfAborted();
      if (!isRefusedForm(error)) throw error;
      if (sendsTemperature && /temperature/i.test(error.message)) {
        this.#sendsTemperature = false;
        return this.ask(request, call);
      }
      const next = FORMS[FORMS.indexOf(form) + 1];
      if (next === undefined) throw error;
      const answer = await this.ask({ ...request, form: next }, call);
      // That it was the form shows once another one works.
      this.#unusable.add(form);
      return answer;
    }
  }

  /** Words are always possible. */
  #formFrom(best: ReplyForm): ReplyForm {
    return FORMS.slice(FORMS.indexOf(best)).find((form) => !this.#unusable.has(form)) ?? 'text';
  }

  #send({ prompt, maxOutputTokens, form }: JudgeRequest, call: JudgeCall): Promise<Answer> {
    const { model, modelName, maxRetries, timeoutMs } = this.#options;
    const { temperature = 0, ...settings } = pickSettings(this.#options);
    return streamAnswer({
      ledger: call.ledger,
      budget: call.budget,
      abortSignal: call.abortSignal,
      model,
      name: modelName,
      prompt: { messages: [{ role: 'user', content: prompt }], system: undefined },
      settings: {
        maxOutputTokens,
        ...settings,
        ...(this.#sendsTemperature ? { temperature } : {}),
        ...(form === 'tokens' ? { providerOptions: withTokenProbabilities(settings.providerOptions) } : {}),
      },
      maxRetries: maxRetries ?? call.maxRetries ?? MAX_RETRIES,
      timeoutMs: timeoutMs ?? call.timeoutMs ?? TIMEOUT_MS,
      output: form === 'choice' ? Output.choice({ options: Object.values(this.texts.choices) }) : undefined,
    });
  }
}

/** Whether the AI SDK passes on the probabilities of this provider's tokens. Its Gemini provider does not. */
function returnsTokenProbabilities({ provider }: ModelObject): boolean {
  return knownProvider(provider).logProbabilityOptions !== undefined;
}

/** Has the options of all providers that need some: the chat models of Azure read those of OpenAI. */
function withTokenProbabilities(given: GenerationSettings['providerOptions']): GenerationSettings['providerOptions'] {
  const asking = Object.entries(KNOWN_PROVIDERS).flatMap(([name, { logProbabilityOptions }]) =>
    logProbabilityOptions === undefined ? [] : [[name, { ...logProbabilityOptions, ...given?.[name] }]],
  );
  return { ...given, ...Object.fromEntries(asking) };
}

/** True where the provider cannot do what was asked as it was asked, and may well do it in another way. */
function isRefusedForm(error: unknown): error is ModelCallError {
  return error instanceof ModelCallError && (error.kind === 'invalid-request' || error.statusCode === 501);
}

/** Models with millions of parameters judge little better than chance; their names give the size. */
const SMALL_MODEL = /\b(\d+)m\b/i;

/** The warning that belongs beside a judge's results, from the name of its model. */
export function smallJudgeWarning(name: string): string | undefined {
  const size = SMALL_MODEL.exec(name)?.[1];
  return size === undefined
    ? undefined
    : `A model of ${size} million parameters is a weak judge: take this ranking as a hint, not as a measurement.`;
}
