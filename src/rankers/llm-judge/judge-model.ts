import { Output } from 'ai';
import { type Answer, learnedState, streamAnswer } from '../../calls/index.ts';
import { ModelCallError } from '../../error/index.ts';
import { type Attachment, isHiddenFileWarning } from '../../spec/attachments.ts';
import { type GenerationSettings, type ModelObject, pickSettings } from '../../spec/model-choice.ts';
import { promptWithAttachments } from '../../spec/prompt.ts';
import { checkRankerCallSettings, type PairRanker, type RankerCallSettings } from '../../spec/pair-ranker.ts';
import { KNOWN_PROVIDERS, knownProvider } from '../../spec/providers.ts';
import type { JudgeLanguage } from '../../spec/ranker-choice.ts';
import type { JudgeCall } from './collect-judgements.ts';
import { judgeTexts } from './prompt/judge-prompt.ts';
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

/** What is learned of a judge. */
interface Learned {
  /** Forms that it does not reply in. */
  readonly unusable: Set<ReplyForm>;
  /** Some models, mostly those that reason, take no temperature. */
  takesTemperature: boolean;
}

/** One question to a judge. */
export interface JudgeRequest {
  readonly prompt: string;
  /** Images and files that the prompt speaks of. */
  readonly attachments: readonly Attachment[] | undefined;
  /** Maximum tokens of the reply, unless the judge has its own setting. */
  readonly maxOutputTokens: number;
  /** The best form that the reply may have. */
  readonly form: ReplyForm;
}

/** What a judge said. */
export interface JudgeReply extends Answer {
  readonly form: ReplyForm;
  /** Whether it was shown marks in place of attachments. */
  readonly attachmentsHidden: boolean;
}

/** Unless the judge or the call sets another. */
const DEFAULT_TIMEOUT_MS = 120_000;
const DEFAULT_MAX_RETRIES = 2;

/**
 * A model that judges. It learns what the model refuses, and does not try that again.
 *
 * @throws InvalidArgumentError
 */
export function createJudgeModel(options: JudgeOptions) {
  checkRankerCallSettings(options);
  const { model, modelName, maxRetries, timeoutMs } = options;
  const { temperature = 0, ...settings } = pickSettings(options);
  const texts = judgeTexts(options.language);
  const nothingLearned = (): Learned => ({
    // The AI SDK does not pass on the probabilities of every provider's tokens: its Gemini provider drops them.
    unusable: new Set(knownProvider(model.provider).logProbabilityOptions === undefined ? ['tokens'] : []),
    takesTemperature: true,
  });
  const ofAll = nothingLearned();
  return { texts, ask };

  /**
   * Asks once: for the best form of reply that the model is known to take, and for the next where the provider refuses
   * that one.
   *
   * @throws ModelCallError, TimeoutError, BudgetExceededError, the signal's reason on abort.
   */
  async function ask(request: JudgeRequest, call: JudgeCall): Promise<JudgeReply> {
    const learned = learnedState(ofAll, nothingLearned);
    const { unusable } = learned;
    // Words are always possible.
    const form = FORMS.slice(FORMS.indexOf(request.form)).find((other) => !unusable.has(other)) ?? 'text';
    const sentTemperature = learned.takesTemperature;
    try {
      const answer = await send({ ...request, form, takesTemperature: sentTemperature }, call);
      if (form === 'tokens' && !hasTokenProbabilities(answer.details)) unusable.add('tokens');
      // Without a schema nothing holds the reply to the choices, and words say more.
      if (answer.warnings.some((warning) => 'feature' in warning && warning.feature === 'responseFormat'))
        unusable.add('choice');
      return { ...answer, form, attachmentsHidden: answer.warnings.some(isHiddenFileWarning) };
    } catch (error) {
      call.abortSignal?.throwIfAborted();
      if (!isRefusedForm(error)) throw error;
      if (sentTemperature && /temperature/i.test(error.message)) {
        learned.takesTemperature = false;
        return ask(request, call);
      }
      const next = FORMS[FORMS.indexOf(form) + 1];
      if (next === undefined) throw error;
      const answer = await ask({ ...request, form: next }, call);
      // That it was the form shows once another one works.
      unusable.add(form);
      return answer;
    }
  }

  function send(
    {
      prompt,
      attachments = [],
      maxOutputTokens,
      form,
      takesTemperature,
    }: JudgeRequest & Pick<Learned, 'takesTemperature'>,
    call: JudgeCall,
  ): Promise<Answer> {
    return streamAnswer({
      ledger: call.ledger,
      budget: call.budget,
      abortSignal: call.abortSignal,
      model,
      name: modelName,
      prompt: promptWithAttachments(prompt, attachments),
      settings: {
        maxOutputTokens,
        ...settings,
        ...(takesTemperature ? { temperature } : {}),
        ...(form === 'tokens' ? { providerOptions: withTokenProbabilities(settings.providerOptions) } : {}),
      },
      maxRetries: maxRetries ?? call.maxRetries ?? DEFAULT_MAX_RETRIES,
      timeoutMs: timeoutMs ?? call.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      output: form === 'choice' ? Output.choice({ options: Object.values(texts.choices) }) : undefined,
    });
  }
}

/** @see createJudgeModel */
export type JudgeModel = ReturnType<typeof createJudgeModel>;

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

/** The warning that belongs beside a judge's results, by the name of its model; `otherwise` for models that are not small. */
export function smallJudgeWarning(name: string, otherwise?: string): Pick<PairRanker, 'warning'> {
  const size = SMALL_MODEL.exec(name)?.[1];
  if (size === undefined) return otherwise === undefined ? {} : { warning: otherwise };
  return {
    warning: `A model of ${size} million parameters is a weak judge: take this ranking as a hint, not as a measurement.`,
  };
}
