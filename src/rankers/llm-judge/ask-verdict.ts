import { Output } from 'ai';
import { type Answer, type ProviderLimits, streamAnswer } from '../../calls/index.ts';
import { ModelCallError } from '../../error/index.ts';
import type { GenerationSettings, ModelObject } from '../../spec/model-choice.ts';
import type { Pair, PairJudgement, Verdict } from '../../spec/pair-ranker.ts';
import { addUsage, NO_USAGE, type Usage } from '../../spec/usage.ts';
import { errorMessage } from '../../util/error-message.ts';
import { CHOICES, judgePrompt, type JudgeQuestion, VERDICTS } from './judge-prompt.ts';
import { isRefusedForm, isRefusedTemperature, type JudgeMode, type JudgeModes } from './judge-modes.ts';
import { verdictFromTokens } from './token-verdict.ts';
import { parseVerdict } from './verdict/parse-verdict.ts';
import { likeliestVerdict, verdictLogit, wordLogit } from './verdict-logit.ts';

/** A model that judges, and how it is called. */
export interface JudgeModel {
  readonly model: ModelObject;
  /** Name of the model, for its queue and in errors. */
  readonly name: string;
  readonly modes: JudgeModes;
  readonly limits: ProviderLimits;
  /** How often to try again after a failure that may pass. */
  readonly maxRetries: number;
  /** Milliseconds for one reply. */
  readonly timeoutMs: number;
}

/** A failed call, of which nothing is known but that it was made. */
const FAILED_CALL: Usage = { calls: 1, inputTokens: undefined, outputTokens: undefined, cost: undefined };

/** Most tokens of a reply: the choice takes ten, and models that reason count their thoughts. The second time they may think longer. */
const REPLY_TOKENS = { choice: 4096, number: 16_384 } as const satisfies Record<JudgeQuestion, number>;

/** Reply without a verdict that is kept, in UTF-16 units. */
const KEPT_TEXT = 2000;

/**
 * One judgement of a pair. A reply without a verdict is asked for once more, in other words; what then is none, or a call
 * that fails, is no opinion and says why.
 *
 * @throws ModelCallError where no call to this model can work: no access, no such model. The signal's reason on abort.
 */
export async function askVerdict(
  judge: JudgeModel,
  pair: Pair,
  abortSignal: AbortSignal | undefined,
): Promise<{ readonly judgement: PairJudgement; readonly usage: Usage }> {
  let usage = NO_USAGE;
  const spend = (spent: Usage) => {
    usage = addUsage(usage, spent);
  };
  try {
    let rawText = '';
    for (const question of ['choice', 'number'] as const) {
      const mode = question === 'number' ? 'text' : judge.modes.current;
      const { answer, mode: used } = await askInMode({ judge, pair, question, mode, spend, abortSignal });
      const judgement = readAnswer(answer, used, judge.modes);
      if (judgement !== undefined) return { judgement, usage };
      rawText = answer.text.slice(0, KEPT_TEXT);
    }
    const failure = rawText.trim() === '' ? 'The judge said nothing.' : 'The reply of the judge holds no verdict.';
    return { judgement: { logit: Number.NaN, rawText, failure }, usage };
  } catch (error) {
    abortSignal?.throwIfAborted();
    if (error instanceof ModelCallError && (error.kind === 'refused' || error.kind === 'not-found')) throw error;
    return { judgement: { logit: Number.NaN, failure: errorMessage(error) }, usage };
  }
}

/** Asks in a mode, or in the one below where the provider refuses it. Whether it was the mode shows once the lower one works. */
async function askInMode({
  mode,
  ...options
}: {
  judge: JudgeModel;
  pair: Pair;
  question: JudgeQuestion;
  mode: JudgeMode;
  spend: (usage: Usage) => void;
  abortSignal: AbortSignal | undefined;
}): Promise<{ readonly answer: Answer; readonly mode: JudgeMode }> {
  const { modes } = options.judge;
  try {
    return { answer: await askOnce(mode, options), mode };
  } catch (error) {
    options.abortSignal?.throwIfAborted();
    if (isRefusedTemperature(error) && modes.takesTemperature) {
      modes.takesTemperature = false;
      return askInMode({ mode, ...options });
    }
    const below = modes.below(mode);
    if (below === undefined || !isRefusedForm(error)) throw error;
    const lower = await askInMode({ mode: below, ...options });
    modes.drop(mode);
    return lower;
  }
}

async function askOnce(
  mode: JudgeMode,
  { judge, pair, question, spend, abortSignal }: Omit<Parameters<typeof askInMode>[0], 'mode'>,
): Promise<Answer> {
  const { model, name, modes, limits, maxRetries, timeoutMs } = judge;
  const prompt = { messages: [{ role: 'user' as const, content: judgePrompt(pair, question) }], system: undefined };
  const settings: GenerationSettings = {
    ...(modes.takesTemperature ? { temperature: 0 } : {}),
    maxOutputTokens: REPLY_TOKENS[question],
    // Twenty is the most that is told of one token.
    ...(mode === 'tokens' ? { providerOptions: { openai: { logprobs: 20 }, azure: { logprobs: 20 } } } : {}),
  };
  const output =
    mode === 'choice' ? Output.choice({ options: VERDICTS.map((verdict): string => CHOICES[verdict]) }) : undefined;
  try {
    const answer = await limits.run(
      { model, name },
      () => streamAnswer({ model, name, prompt, settings, maxRetries, timeoutMs, abortSignal, output }),
      { abortSignal },
    );
    spend(answer.usage);
    // Without a schema nothing holds the reply to the choices, and words say more.
    if (answer.warnings.some((warning) => 'feature' in warning && warning.feature === 'responseFormat'))
      modes.drop('choice');
    return answer;
  } catch (error) {
    spend(FAILED_CALL);
    throw error;
  }
}

/** The judgement in a reply, by the probabilities of its tokens or by its words. */
function readAnswer({ text, details }: Answer, mode: JudgeMode, modes: JudgeModes): PairJudgement | undefined {
  const rawText = text.slice(0, KEPT_TEXT);
  if (mode === 'tokens') {
    const verdictProbabilities = verdictFromTokens(details);
    if (verdictProbabilities !== undefined) {
      const verdict = likeliestVerdict(verdictProbabilities);
      return { logit: verdictLogit(verdictProbabilities), verdict, verdictProbabilities, rawText };
    }
    // A model that tells none, such as one that reasons, will not tell them next time.
    if (!hasTokens(details)) modes.drop('tokens');
  }
  const verdict: Verdict | undefined = parseVerdict(text);
  return verdict === undefined ? undefined : { logit: wordLogit(verdict), verdict, rawText };
}

function hasTokens(details: Answer['details']): boolean {
  return Object.values(details ?? {}).some(({ logprobs }) => Array.isArray(logprobs) && logprobs.length > 0);
}
