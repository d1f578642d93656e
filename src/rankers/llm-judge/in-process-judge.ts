import { scopeModel } from '../../calls/index.ts';
import type { InProcessModel } from '../../spec/in-process-model.ts';
import type { Pair, PairJudgement, PairRanker } from '../../spec/pair-ranker.ts';
import { collectJudgements } from './collect-judgements.ts';
import { type JudgeOptions, smallJudgeWarning } from './judge-model.ts';
import { fitPair, judgeTexts, pairPrompt } from './prompt/judge-prompt.ts';
import type { JudgeTexts } from './prompt/judge-texts.ts';
import { fromProbabilities, toVerdictProbabilities, VERDICTS } from './verdict/verdict-probabilities.ts';

/**
 * Tokens of one comparison. Time grows with it and a small model does not judge better by longer texts; about 230
 * tokens remain for each candidate.
 */
export const IN_PROCESS_PROMPT_TOKENS = 768;

/** Tokens a chat template and the longest choice may add. */
const TEMPLATE_TOKENS = 96;

/**
 * A language model of this process as PairRanker (paper, appendix on GPT-Rank): shown the task and both candidates, it
 * has four choices. Each is scored by its probability as a continuation, so no text is sampled and nothing has to be
 * parsed.
 */
export function createInProcessJudge(
  options: Pick<JudgeOptions, 'name' | 'language'> & { readonly model: InProcessModel },
): PairRanker {
  const { name } = options;
  const texts = judgeTexts(options.language);
  return {
    specificationVersion: 'v1',
    name,
    ...smallJudgeWarning(name),
    doCompare(compared) {
      // One after the other, same left side first: a prompt then begins like the one before, whose work is kept.
      const order = [...compared.pairs.entries()].toSorted(([, first], [, second]) =>
        // By code unit: a locale's order would differ between machines.
        first.left < second.left ? -1 : first.left > second.left ? 1 : 0,
      );
      return collectJudgements(compared, async ({ budget, ledger, abortSignal }, report) => {
        const model = scopeModel(options.model, { budget, ledger });
        for (const [index, pair] of order) {
          abortSignal?.throwIfAborted();
          report(index, await scorePair(model, texts, pair, abortSignal));
        }
      });
    },
  };
}

async function scorePair(
  model: InProcessModel,
  texts: JudgeTexts,
  given: Pair,
  abortSignal: AbortSignal | undefined,
): Promise<PairJudgement> {
  const { pair, truncated } = fitPair(texts, given, {
    budget: Math.min(IN_PROCESS_PROMPT_TOKENS, model.contextTokens - TEMPLATE_TOKENS),
    measure: (text) => model.countTokens(text),
  });
  const { logProbabilities } = await model.scoreContinuations({
    prompt: [{ role: 'user', content: [{ type: 'text', text: pairPrompt(texts, pair) }] }],
    continuations: VERDICTS.map((verdict) => texts.choices[verdict]),
    abortSignal,
  });
  return { ...fromProbabilities(toVerdictProbabilities(logProbabilities)), truncated };
}
