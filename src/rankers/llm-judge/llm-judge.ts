import { CallLedger } from '../../calls/index.ts';
import type { ModelObject } from '../../spec/model-choice.ts';
import type {
  Pair,
  PairJudgement,
  PairRanker,
  PairRankerCompareOptions,
  PairRankerCompareResult,
} from '../../spec/pair-ranker.ts';
import { estimateTokens } from '../../util/estimate-tokens.ts';
import { mergeAbortSignals } from '../../util/merge-abort-signals.ts';
import { raceAbort } from '../../util/race-abort.ts';
import { askVerdict, type JudgeModel } from './ask-verdict.ts';
import { judgeWarning } from './judge-warning.ts';
import { JudgeModes } from './judge-modes.ts';
import { fitPair } from './judge-prompt.ts';

/** Options of {@link LlmJudge}. */
export interface LlmJudgeOptions {
  readonly model: ModelObject;
  /** Such as `judge:openai/gpt-4.1-mini`. */
  readonly name: string;
  /** Name of the model alone. */
  readonly modelName: string;
  /** Most tokens of a prompt; longer texts are shortened in the middle. @default 12,000; 3,000 for servers of local models */
  readonly promptTokens?: number | undefined;
  /** How often to try again after a failure that may pass. @default 2 */
  readonly maxRetries?: number | undefined;
  /** Milliseconds for one reply. @default 120,000 */
  readonly timeoutMs?: number | undefined;
}

/** Ample for two long answers, and within what every provider's models hold. Servers of local models hold less. */
const PROMPT_TOKENS = 12_000;
const SERVER_PROMPT_TOKENS = 3_000;

/**
 * Any language model as PairRanker (paper, appendix on GPT-Rank): shown the task and both candidates, it has four
 * choices. The verdict is read from the probabilities of the reply's tokens where the provider tells them, else from a
 * reply held to the choices, else from its words (`docs/judge.md`).
 */
export class LlmJudge implements PairRanker {
  readonly specificationVersion = 'v1';
  readonly name: string;
  readonly warning?: string;
  readonly #judge: JudgeModel;
  readonly #promptTokens: number;

  constructor({ model, name, modelName, promptTokens, maxRetries = 2, timeoutMs = 120_000 }: LlmJudgeOptions) {
    this.name = name;
    const warning = judgeWarning(name);
    if (warning !== undefined) this.warning = warning;
    this.#judge = { model, name: modelName, modes: new JudgeModes(model), maxRetries, timeoutMs };
    this.#promptTokens =
      promptTokens ?? (/^(?:ollama|lmstudio)\b/.test(modelName) ? SERVER_PROMPT_TOKENS : PROMPT_TOKENS);
  }

  async doCompare({
    pairs,
    budget,
    abortSignal,
    onJudgement,
  }: PairRankerCompareOptions): Promise<PairRankerCompareResult> {
    abortSignal?.throwIfAborted();
    const ledger = new CallLedger();
    // A failure that ends the comparison stops the calls beside it.
    const failed = new AbortController();
    const call = { ledger, budget, abortSignal: mergeAbortSignals(abortSignal, failed.signal) };
    const judge = async (pair: Pair, index: number): Promise<PairJudgement> => {
      const fitted = fitPair(pair, this.#promptTokens, estimateTokens);
      const judgement = { ...(await askVerdict(this.#judge, fitted.pair, call)), truncated: fitted.cut };
      onJudgement?.(index, judgement);
      return judgement;
    };
    try {
      const judgements = await raceAbort(Promise.all(pairs.map(judge)), abortSignal);
      return { judgements, usage: ledger.usage };
    } finally {
      failed.abort();
    }
  }
}
