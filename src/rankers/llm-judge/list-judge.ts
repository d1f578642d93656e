import { CallLedger, streamAnswer } from '../../calls/index.ts';
import type {
  Pair,
  PairJudgement,
  PairRanker,
  PairRankerCompareOptions,
  PairRankerCompareResult,
} from '../../spec/pair-ranker.ts';
import { type Task, taskText } from '../../spec/task.ts';
import { estimateTokens } from '../../util/estimate-tokens.ts';
import { fitText, fitTexts } from '../../util/fit-texts.ts';
import type { JudgeCall } from './ask-verdict.ts';
import { judgeWarning } from './judge-warning.ts';
import { listPrompt } from './list/list-prompt.ts';
import { orderInWindows, shuffledOrder } from './list/order-texts.ts';
import { parseOrder } from './list/parse-order.ts';
import type { LlmJudgeOptions } from './llm-judge.ts';

/** Tokens of the texts of one call. */
const PROMPT_TOKENS = 24_000;
/** Most tokens of a reply; models that reason count their thoughts. */
const REPLY_TOKENS = 8192;

/**
 * A language model that ranks all candidates of a task in one call (listwise): far cheaper than pairs, and less sure,
 * since one reply decides and the order shown has its say. A pair's logit is the difference of two places, each as the
 * log-odds of beating a random one of the candidates; how far apart two neighbours are, an order does not tell.
 */
export class ListJudge implements PairRanker {
  readonly specificationVersion = 'v1';
  /** One call ranks them all, so asking all pairs costs no more than asking some. */
  readonly pointwise = true;
  readonly name: string;
  readonly warning: string;
  readonly #options: LlmJudgeOptions;

  constructor(options: LlmJudgeOptions) {
    this.name = options.name;
    this.warning =
      judgeWarning(options.name) ?? 'One call ranked all candidates at once: cheaper than in pairs, and less sure.';
    this.#options = options;
  }

  async doCompare({
    pairs,
    budget,
    abortSignal,
    onJudgement,
  }: PairRankerCompareOptions): Promise<PairRankerCompareResult> {
    abortSignal?.throwIfAborted();
    const call = { ledger: new CallLedger(), budget, abortSignal };
    const judgements: PairJudgement[] = [];
    await Promise.all(
      groupByTask(pairs).map(async ({ task, texts, indices }) => {
        const judge = await this.#rank(task, texts, call);
        for (const index of indices) {
          const { left = '', right = '' } = pairs[index] ?? {};
          const judgement = judge(left, right);
          judgements[index] = judgement;
          onJudgement?.(index, judgement);
        }
      }),
    );
    return { judgements, usage: call.ledger.usage };
  }

  /** Ranks the texts, and judges two of them by their places. */
  async #rank(
    task: Task,
    texts: readonly string[],
    call: JudgeCall,
  ): Promise<(left: string, right: string) => PairJudgement> {
    const cut = new Set<string>();
    let failure: string | undefined;
    const { order, unknown } = await orderInWindows(shuffledOrder(task, texts), async (shown) => {
      const fitted = fitList(
        task,
        shown.map((index) => texts[index] ?? ''),
        this.#options.promptTokens ?? PROMPT_TOKENS,
      );
      for (const [place, index] of shown.entries()) if (fitted.cut[place] === true) cut.add(texts[index] ?? '');
      // A reply without an order is asked for once more; the order shown is then another.
      for (const places of [[...shown.keys()], [...shown.keys()].toReversed()]) {
        const prompt = listPrompt(
          fitted.task,
          places.map((place) => fitted.texts[place] ?? ''),
        );
        const found = parseOrder(await this.#ask(prompt, call), shown.length);
        if (found.length >= 2 || shown.length < 2) {
          return found.flatMap((index) => shown[places[index] ?? -1] ?? []);
        }
      }
      failure = 'The reply of the judge holds no order.';
      return [];
    });
    const scores = new Map(
      order.flatMap((index, place) =>
        unknown.has(index) ? [] : [[texts[index] ?? '', placeScore(place, order.length)]],
      ),
    );
    return (left, right) => {
      const [first, second] = [scores.get(left), scores.get(right)];
      const truncated = cut.has(left) || cut.has(right);
      return first === undefined || second === undefined
        ? { logit: Number.NaN, truncated, failure: failure ?? 'The judge left a candidate out.' }
        : { logit: first - second, truncated };
    };
  }

  async #ask(prompt: string, call: JudgeCall): Promise<string> {
    const { model, modelName, maxRetries = 2, timeoutMs = 120_000 } = this.#options;
    const { text } = await streamAnswer({
      ...call,
      model,
      name: modelName,
      prompt: { messages: [{ role: 'user', content: prompt }], system: undefined },
      settings: { temperature: 0, maxOutputTokens: REPLY_TOKENS },
      maxRetries,
      timeoutMs,
    });
    return text;
  }
}

/** Log-odds of beating a random one of `size` candidates, from a place counted from 0. */
function placeScore(place: number, size: number): number {
  return Math.log((size - place - 0.5) / (place + 0.5));
}

/** The different texts of each task, with the pairs that are about it. */
function groupByTask(pairs: readonly Pair[]) {
  const groups = new Map<string, { task: Task; texts: string[]; indices: number[] }>();
  for (const [index, { task, left, right }] of pairs.entries()) {
    const key = JSON.stringify(task);
    const group = groups.get(key) ?? { task, texts: [], indices: [] };
    groups.set(key, group);
    group.indices.push(index);
    for (const text of [left, right]) if (!group.texts.includes(text)) group.texts.push(text);
  }
  return [...groups.values()];
}

/** Shortens the texts of one call: the task takes at most a quarter of the room. */
function fitList(task: Task, texts: readonly string[], budget: number) {
  const room = Math.max(
    0,
    budget -
      estimateTokens(
        listPrompt(
          { instruction: '', input: '' },
          texts.map(() => ''),
        ),
      ),
  );
  const instruction = fitText(taskText(task), Math.floor(room / 4), estimateTokens);
  const fitted = fitTexts(texts, room - estimateTokens(instruction.text), estimateTokens);
  return {
    task: { instruction: instruction.text, input: '' },
    texts: fitted.texts,
    /** For each text, whether it or the task was shortened. */
    cut: fitted.texts.map((text, index) => instruction.cut || text !== texts[index]),
  };
}
