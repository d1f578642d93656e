import { ModelCallError, TimeoutError } from '../../error/index.ts';
import type { Pair, PairJudgement, PairRanker } from '../../spec/pair-ranker.ts';
import { knownProvider } from '../../spec/providers.ts';
import { errorMessage } from '../../util/error-message.ts';
import { estimateTokens } from '../../util/estimate-tokens.ts';
import { collectJudgements, type JudgeCall } from './collect-judgements.ts';
import {
  createJudgeModel,
  type JudgeModel,
  type JudgeOptions,
  type JudgeReply,
  smallJudgeWarning,
} from './judge-model.ts';
import { fitPair, pairPrompt } from './prompt/judge-prompt.ts';
import { parseVerdict } from './verdict/parse-verdict.ts';
import { fromProbabilities, fromWords, tokenProbabilities } from './verdict/verdict-probabilities.ts';

/** Ample for two long answers, and within what every provider's models hold. Servers of local models hold less. */
const PROMPT_TOKENS = 12_000;
const SERVER_PROMPT_TOKENS = 3_000;

/**
 * How a pair is asked about, first and where that brought no verdict. Most tokens of a reply: the choice takes ten, and
 * models that reason count their thoughts. The second time they may think longer.
 */
export const JUDGE_QUESTIONS = [
  { question: 'choice', form: 'tokens', maxOutputTokens: 4096 },
  { question: 'number', form: 'text', maxOutputTokens: 16_384 },
] as const;

/** Reply without a verdict that is kept, in UTF-16 units. */
const MAX_KEPT_TEXT = 2000;

/**
 * Any language model as PairRanker (paper, appendix on GPT-Rank): shown the task and both candidates, it has four
 * choices. The verdict is read from the probabilities of the reply's tokens where the provider returns them, else from a
 * reply held to the choices, else from its words (`docs/judge.md`).
 */
export function createLlmJudge(options: JudgeOptions): PairRanker {
  const { name } = options;
  const judge = createJudgeModel(options);
  const budget = options.promptTokens ?? judgePromptTokens(options.modelName);
  const limits = { budget, measure: estimateTokens };
  return {
    specificationVersion: 'v1',
    name,
    ...smallJudgeWarning(name),
    readsAttachments: true,
    doCompare: (compared) =>
      collectJudgements(compared, (call, report) =>
        Promise.all(
          compared.pairs.map(async (given, index) => {
            const { pair, truncated } = fitPair(judge.texts, given, limits);
            report(index, { ...(await askVerdict(judge, pair, call)), truncated });
          }),
        ),
      ),
  };
}

/** Most tokens of a prompt, unless the judge has its own limit. */
export function judgePromptTokens(modelName: string): number {
  return knownProvider(modelName).localServer === undefined ? PROMPT_TOKENS : SERVER_PROMPT_TOKENS;
}

/**
 * One judgement of a pair. A reply without a verdict is asked for once more, in other words; what then is none, or a
 * call that fails, is no opinion and says why.
 *
 * @throws ModelCallError where no call to this model can work: no access, no such model. BudgetExceededError. The
 * signal's reason on abort.
 */
async function askVerdict(judge: JudgeModel, pair: Pair, call: JudgeCall): Promise<PairJudgement> {
  try {
    let rawText = '';
    let attachmentsHidden = false;
    for (const { question, ...request } of JUDGE_QUESTIONS) {
      const prompt = pairPrompt(judge.texts, pair, question);
      const answer = await judge.ask({ ...request, prompt, attachments: pair.task.attachments }, call);
      attachmentsHidden ||= answer.attachmentsHidden;
      rawText = (answer.text || (answer.reasoning ?? '')).slice(0, MAX_KEPT_TEXT);
      const judgement = readAnswer(answer);
      if (judgement !== undefined) return { ...judgement, rawText, ...(attachmentsHidden && { attachmentsHidden }) };
    }
    const failure = rawText.trim() === '' ? 'The judge said nothing.' : 'The reply of the judge holds no verdict.';
    return { logit: Number.NaN, rawText, failure };
  } catch (error) {
    call.abortSignal?.throwIfAborted();
    if (!concernsOnePair(error)) throw error;
    return { logit: Number.NaN, failure: errorMessage(error) };
  }
}

/** The judgement in a reply, by the probabilities of its tokens or by its words. */
function readAnswer(answer: JudgeReply): PairJudgement | undefined {
  const { text, reasoning, form } = answer;
  const probabilities = form === 'tokens' ? tokenProbabilities(answer) : undefined;
  if (probabilities !== undefined) return fromProbabilities(probabilities);
  // A judge that never ended its thought may have come to its verdict in it.
  const verdict = parseVerdict(text.trim() === '' && reasoning !== undefined ? `<think>${reasoning}` : text);
  return verdict === undefined ? undefined : fromWords(verdict);
}

/** True for a failure that another pair need not have. */
function concernsOnePair(error: unknown): boolean {
  if (error instanceof ModelCallError) return error.kind !== 'refused' && error.kind !== 'not-found';
  return error instanceof TimeoutError;
}
