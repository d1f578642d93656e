import { CallLedger, scopeModel } from '../../calls/index.ts';
import type { InProcessModel } from '../../spec/in-process-model.ts';
import type {
  Pair,
  PairJudgement,
  PairRanker,
  PairRankerCompareOptions,
  PairRankerCompareResult,
  Verdict,
} from '../../spec/pair-ranker.ts';
import { judgeWarning } from './judge-warning.ts';
import { CHOICES, fitPair, judgePrompt, VERDICTS } from './judge-prompt.ts';
import { likeliestVerdict, toVerdictProbabilities, verdictLogit } from './verdict-logit.ts';

/**
 * Tokens of one comparison. Time grows with it and a small model does not judge better by longer texts; about 230
 * tokens remain for each candidate.
 */
const MAX_PROMPT_TOKENS = 768;

/** Tokens a chat template and the longest choice may add. */
const TEMPLATE_TOKENS = 96;

/**
 * A language model of this process as PairRanker (paper, appendix on GPT-Rank): shown the task and both candidates, it
 * has four choices. Each is scored by its probability as a continuation, so no text is sampled and nothing has to be
 * parsed.
 */
export class InProcessJudge implements PairRanker {
  readonly specificationVersion = 'v1';
  readonly name: string;
  readonly warning?: string;
  readonly #model: InProcessModel;

  constructor({ model, name }: { model: InProcessModel; name: string }) {
    this.name = name;
    this.#model = model;
    const warning = judgeWarning(name);
    if (warning !== undefined) this.warning = warning;
  }

  async doCompare({
    pairs,
    budget,
    abortSignal,
    onJudgement,
  }: PairRankerCompareOptions): Promise<PairRankerCompareResult> {
    const ledger = new CallLedger();
    const model = scopeModel(this.#model, { budget, ledger });
    const judgements: PairJudgement[] = [];
    // One after the other, same left side first: a prompt then begins like the one before, whose work is kept.
    const order = pairs
      .map((_, index) => index)
      .toSorted((first, second) => compareText(pairs[first]?.left, pairs[second]?.left));
    for (const index of order) {
      abortSignal?.throwIfAborted();
      const pair = pairs[index];
      if (pair === undefined) continue;
      const judgement = await judge(model, pair, abortSignal);
      judgements[index] = judgement;
      onJudgement?.(index, judgement);
    }
    return { judgements, usage: ledger.usage };
  }
}

async function judge(model: InProcessModel, pair: Pair, abortSignal: AbortSignal | undefined): Promise<PairJudgement> {
  const room = Math.min(MAX_PROMPT_TOKENS, model.contextTokens - TEMPLATE_TOKENS);
  const fitted = fitPair(pair, room, (text) => model.countTokens(text));
  const { logProbabilities } = await model.scoreContinuations({
    prompt: [{ role: 'user', content: [{ type: 'text', text: judgePrompt(fitted.pair) }] }],
    continuations: VERDICTS.map((verdict) => CHOICES[verdict]),
    abortSignal,
  });
  const scored = Object.fromEntries(VERDICTS.map((verdict, index) => [verdict, logProbabilities[index] ?? -Infinity]));
  const verdictProbabilities = toVerdictProbabilities(scored as Record<Verdict, number>);
  return {
    logit: verdictLogit(verdictProbabilities),
    verdict: likeliestVerdict(verdictProbabilities),
    verdictProbabilities,
    truncated: fitted.cut,
  };
}

/** By code unit: a locale's order would differ between machines. */
function compareText(first = '', second = ''): number {
  return first < second ? -1 : first > second ? 1 : 0;
}
