import { Output } from 'ai';
import { type Answer, type CallLedger, streamAnswer } from '../../calls/index.ts';
import { ModelCallError, TimeoutError } from '../../error/index.ts';
import type { CallBudget } from '../../spec/call-budget.ts';
import type { GenerationSettings, ModelObject } from '../../spec/model-choice.ts';
import type { Pair, PairJudgement, Verdict } from '../../spec/pair-ranker.ts';
import { KNOWN_PROVIDERS } from '../../spec/providers.ts';
import { errorMessage } from '../../util/error-message.ts';
import { CHOICES, judgePrompt, type JudgeQuestion, VERDICTS } from './judge-prompt.ts';
import { isRefusedForm, isRefusedTemperature, type JudgeMode, type JudgeModes } from './judge-modes.ts';
import { verdictFromTokens } from './token-verdict.ts';
import { parseVerdict } from './verdict/parse-verdict.ts';
import { likeliestVerdict, verdictLogit, wordLogit } from './verdict-logit.ts';

/** A model that judges, and how it is called. */
export interface JudgeModel {
  readonly model: ModelObject;
  /** Name of the model, for errors. */
  readonly name: string;
  readonly modes: JudgeModes;
  /** How often to try again after a failure that may pass. */
  readonly maxRetries: number;
  /** Milliseconds for one reply. */
  readonly timeoutMs: number;
}

/** What the calls of one comparison share. */
export interface JudgeCall {
  readonly ledger: CallLedger;
  readonly budget: CallBudget | undefined;
  readonly abortSignal: AbortSignal | undefined;
}

/** Most tokens of a reply: the choice takes ten, and models that reason count their thoughts. The second time they may think longer. */
const REPLY_TOKENS = { choice: 4096, number: 16_384 } as const satisfies Record<JudgeQuestion, number>;

/** Reply without a verdict that is kept, in UTF-16 units. */
const KEPT_TEXT = 2000;

/**
 * One judgement of a pair. A reply without a verdict is asked for once more, in other words; what then is none, or a call
 * that fails, is no opinion and says why.
 *
 * @throws ModelCallError where no call to this model can work: no access, no such model. BudgetExceededError. The
 * signal's reason on abort.
 */
export async function askVerdict(judge: JudgeModel, pair: Pair, call: JudgeCall): Promise<PairJudgement> {
  try {
    let rawText = '';
    for (const question of ['choice', 'number'] as const) {
      const mode = question === 'number' ? 'text' : judge.modes.current;
      const { answer, mode: used } = await askInMode(mode, { judge, pair, question, call });
      const judgement = readAnswer(answer, used, judge.modes);
      if (judgement !== undefined) return judgement;
      rawText = answer.text.slice(0, KEPT_TEXT);
    }
    const failure = rawText.trim() === '' ? 'The judge said nothing.' : 'The reply of the judge holds no verdict.';
    return { logit: Number.NaN, rawText, failure };
  } catch (error) {
    call.abortSignal?.throwIfAborted();
    if (!concernsOnePair(error)) throw error;
    return { logit: Number.NaN, failure: errorMessage(error) };
  }
}

/** True for a failure that another pair need not have. */
function concernsOnePair(error: unknown): boolean {
  if (error instanceof ModelCallError) return error.kind !== 'refused' && error.kind !== 'not-found';
  return error instanceof TimeoutError;
}

interface JudgeRequest {
  readonly judge: JudgeModel;
  readonly pair: Pair;
  readonly question: JudgeQuestion;
  readonly call: JudgeCall;
}

/** Asks in a mode, or in the one below where the provider refuses it. Whether it was the mode shows once the lower one works. */
async function askInMode(
  mode: JudgeMode,
  request: JudgeRequest,
): Promise<{ readonly answer: Answer; readonly mode: JudgeMode }> {
  const { modes } = request.judge;
  try {
    return { answer: await askOnce(mode, request), mode };
  } catch (error) {
    request.call.abortSignal?.throwIfAborted();
    if (isRefusedTemperature(error) && modes.takesTemperature) {
      modes.takesTemperature = false;
      return askInMode(mode, request);
    }
    const below = modes.below(mode);
    if (below === undefined || !isRefusedForm(error)) throw error;
    const lower = await askInMode(below, request);
    modes.drop(mode);
    return lower;
  }
}

/** Of all providers: the chat models of Azure read those of OpenAI. */
const LOG_PROBABILITY_OPTIONS = Object.fromEntries(
  Object.entries(KNOWN_PROVIDERS).flatMap(([name, { logProbabilityOptions }]) =>
    logProbabilityOptions === undefined ? [] : [[name, { ...logProbabilityOptions }]],
  ),
);

async function askOnce(mode: JudgeMode, { judge, pair, question, call }: JudgeRequest): Promise<Answer> {
  const { model, name, modes, maxRetries, timeoutMs } = judge;
  const settings: GenerationSettings = {
    ...(modes.takesTemperature ? { temperature: 0 } : {}),
    maxOutputTokens: REPLY_TOKENS[question],
    ...(mode === 'tokens' ? { providerOptions: LOG_PROBABILITY_OPTIONS } : {}),
  };
  const answer = await streamAnswer({
    ...call,
    model,
    name,
    prompt: { messages: [{ role: 'user', content: judgePrompt(pair, question) }], system: undefined },
    settings,
    maxRetries,
    timeoutMs,
    output:
      mode === 'choice' ? Output.choice({ options: VERDICTS.map((verdict): string => CHOICES[verdict]) }) : undefined,
  });
  // Without a schema nothing holds the reply to the choices, and words say more.
  if (answer.warnings.some((warning) => 'feature' in warning && warning.feature === 'responseFormat'))
    modes.drop('choice');
  return answer;
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
