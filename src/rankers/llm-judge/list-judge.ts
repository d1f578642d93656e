import { hash } from 'node:crypto';
import type { Pair, PairJudgement, PairRanker } from '../../spec/pair-ranker.ts';
import type { Task } from '../../spec/task.ts';
import { estimateTokens } from '../../util/estimate-tokens.ts';
import { collectJudgements, type JudgeCall } from './collect-judgements.ts';
import { createJudgeModel, type JudgeOptions, smallJudgeWarning } from './judge-model.ts';
import { fitList, listPrompt } from './prompt/judge-prompt.ts';
import { parseOrder } from './verdict/parse-order.ts';

/** Most tokens of the prompt of one call. */
export const LIST_PROMPT_TOKENS = 24_000;
/** Most tokens of a reply; models that reason count their thoughts. */
export const LIST_REPLY_TOKENS = 8192;

/** Candidates of one call. A window moves from the worst end to the best, half of it at a time, as in RankGPT. */
export const LIST_WINDOW = 20;
const STEP = 10;

/** Calls that it takes to move the window from one end of so many candidates to the other. */
export function listWindows(size: number): number {
  return 1 + Math.ceil(Math.max(0, size - LIST_WINDOW) / STEP);
}

/**
 * A language model that ranks all candidates of a task in one call (listwise): far cheaper than pairs, and less sure,
 * since one reply decides and the order shown has its say. A pair's logit is the difference of two places, each as the
 * log-odds of beating a random one of the candidates; an order does not say how far apart two neighbours are.
 */
export function createListJudge(options: JudgeOptions): PairRanker {
  const { name, promptTokens = LIST_PROMPT_TOKENS } = options;
  const judge = createJudgeModel(options);
  const limits = { budget: promptTokens, measure: estimateTokens };
  return {
    specificationVersion: 'v1',
    name,
    // One call ranks them all, so asking all pairs costs no more than asking some.
    pointwise: true,
    readsAttachments: true,
    ...smallJudgeWarning(name, 'One call ranked all candidates at once: cheaper than in pairs, and less sure.'),
    doCompare: (compared) =>
      collectJudgements(compared, (call, report) =>
        Promise.all(
          groupByTask(compared.pairs).map(async ({ task, pairs }) => {
            const texts = [...new Set(pairs.flatMap(([, { left, right }]) => [left, right]))];
            const judgementOf = await rankTask(task, texts, call);
            for (const [index, { left, right }] of pairs) report(index, judgementOf(left, right));
          }),
        ),
      ),
  };

  /** Ranks the texts, and judges two of them by their places. */
  async function rankTask(
    task: Task,
    texts: readonly string[],
    call: JudgeCall,
  ): Promise<(left: string, right: string) => PairJudgement> {
    const cut = new Set<string>();
    let attachmentsHidden = false;
    let failure = 'The judge left a candidate out.';
    const { order, unknown } = await orderInWindows(shuffled(task, texts), async (shown) => {
      const fitted = fitList(judge.texts, task, shown, limits);
      for (const [index, text] of shown.entries()) if (fitted.cut[index] === true) cut.add(text);
      // A reply without an order is asked for once more; the order shown is then another.
      for (const places of [[...shown.keys()], [...shown.keys()].toReversed()]) {
        const candidates = places.map((place) => fitted.candidates[place] ?? '');
        const prompt = listPrompt(judge.texts, fitted.task, candidates);
        const { attachments } = task;
        const reply = await judge.ask({ prompt, attachments, form: 'text', maxOutputTokens: LIST_REPLY_TOKENS }, call);
        attachmentsHidden ||= reply.attachmentsHidden;
        const found = parseOrder(reply.text, shown.length);
        if (found.length >= 2 || shown.length < 2) return found.flatMap((index) => shown[places[index] ?? -1] ?? []);
      }
      failure = 'The reply of the judge holds no order.';
      return [];
    });
    const scores = new Map(order.map((text, place) => [text, placeScore(place, order.length)]));
    return (left, right) => {
      const [first = 0, second = 0] = [scores.get(left), scores.get(right)];
      const notes = { truncated: cut.has(left) || cut.has(right), ...(attachmentsHidden && { attachmentsHidden }) };
      return unknown.has(left) || unknown.has(right)
        ? { logit: Number.NaN, ...notes, failure }
        : { logit: first - second, ...notes };
    };
  }
}

/** Log-odds of beating a random one of `size` candidates, from a place counted from 0. */
function placeScore(place: number, size: number): number {
  return Math.log((size - place - 0.5) / (place + 0.5));
}

/** The pairs of each task, with their indices. */
function groupByTask(pairs: readonly Pair[]) {
  const byAttachments = Map.groupBy(pairs.entries(), ([, { task }]) => task.attachments);
  return [...byAttachments].flatMap(([attachments, group]) =>
    [...Map.groupBy(group, ([, { task }]) => JSON.stringify(textsOf(task)))].map(([task, same]) => ({
      task: { ...(JSON.parse(task) as Task), attachments },
      pairs: same,
    })),
  );
}

/** A task without its attachments, which may be megabytes. */
function textsOf({ instruction, input }: Task): Task {
  return { instruction, input };
}

/**
 * In an order drawn from the texts alone, so that neither the order of the input nor a model's name decides what is shown
 * first.
 */
function shuffled(task: Task, texts: readonly string[]): readonly string[] {
  const keys = new Map(texts.map((text) => [text, hash('sha256', JSON.stringify([textsOf(task), text]))]));
  return texts.toSorted((first, second) => ((keys.get(first) ?? '') < (keys.get(second) ?? '') ? -1 : 1));
}

/**
 * Orders any number of items by calls for at most a window of them. Where a call gives no order, the items stay as they
 * stood, and `unknown` has them unless another call placed them.
 */
async function orderInWindows<ITEM>(
  start: readonly ITEM[],
  /** The items that a call placed, best first; some may be missing. */
  askOrder: (shown: readonly ITEM[]) => Promise<readonly ITEM[]>,
): Promise<{ readonly order: readonly ITEM[]; readonly unknown: ReadonlySet<ITEM> }> {
  let order = start;
  const unknown = new Set(start);
  for (let end = order.length; ; end -= STEP) {
    const from = Math.max(0, end - LIST_WINDOW);
    const shown = order.slice(from, end);
    const placed = await askOrder(shown);
    for (const item of placed) unknown.delete(item);
    const missing = shown.filter((item) => !placed.includes(item));
    order = [...order.slice(0, from), ...placed, ...missing, ...order.slice(end)];
    if (from === 0) return { order, unknown };
  }
}
