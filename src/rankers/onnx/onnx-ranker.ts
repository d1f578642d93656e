import type { PairRanker, PairRankerCompareOptions, PairRankerCompareResult } from '../../spec/pair-ranker.ts';
import { taskText } from '../../spec/task.ts';
import { judgePairs } from '../judge-pairs.ts';
import type { OnnxSession } from './onnx-session.ts';
import { type ScorableText, TextScorer } from './text-scorer.ts';

/** Texts of one comparison to the sequences that a network reads. */
export type SequenceWriter<SEQUENCE> =
  /** Reads both candidates at once; the score is the log-odds that left is better. */
  | { readonly reads: 'pairs'; write(task: string, left: string, right: string): SEQUENCE }
  /** Reads one candidate at a time; the higher the score, the better. */
  | { readonly reads: 'texts'; write(task: string, text: string): SEQUENCE };

/**
 * A ranker on a network in this process. Where the network reads one candidate at a time, the log-odds are the
 * difference of two scores (Bradley and Terry 1952): N candidates cost N passes, and both orders of a pair agree.
 */
export function createOnnxRanker<SEQUENCE extends ScorableText>(options: {
  name: string;
  /** Disposed of with the ranker. */
  session: OnnxSession<SEQUENCE>;
  writer: SequenceWriter<SEQUENCE>;
  /** Most tokens of one batch, padding included. */
  maxTokens: number;
  /** Shown with every result. */
  warning?: string | undefined;
}) {
  const { name, session, writer, maxTokens, warning } = options;
  const scorer = new TextScorer(session, { maxTokens });
  return {
    specificationVersion: 'v1',
    name,
    ...(warning === undefined ? {} : { warning }),
    pointwise: writer.reads === 'texts',
    async doCompare(compared: PairRankerCompareOptions): Promise<PairRankerCompareResult> {
      let [calls, inputTokens] = [0, 0];
      const score = (texts: readonly string[], write: () => SEQUENCE) => {
        const encode = () => {
          const sequence = write();
          calls += 1;
          inputTokens += sequence.tokensRead ?? sequence.ids.length;
          return sequence;
        };
        return scorer.score(JSON.stringify(texts), encode, compared.abortSignal);
      };
      const judgements = await judgePairs(compared, async ({ task, left, right }) => {
        const text = taskText(task);
        if (writer.reads === 'pairs') {
          const { score: logit, truncated } = await score([text, left, right], () => writer.write(text, left, right));
          return { logit, truncated };
        }
        const scoreOf = (candidate: string) => score([text, candidate], () => writer.write(text, candidate));
        const [first, second] = await Promise.all([scoreOf(left), scoreOf(right)]);
        return {
          logit: first.score - second.score,
          truncated: first.truncated || second.truncated,
          ...(first.unreadable === true || second.unreadable === true ? { unreadable: true } : {}),
        };
      });
      return { judgements, usage: { calls, rankerPasses: calls, inputTokens, outputTokens: 0, cost: 0 } };
    },
    /** Frees the network. */
    [Symbol.asyncDispose]: () => session.dispose(),
  } satisfies PairRanker & AsyncDisposable;
}

/** A ranker by {@link createOnnxRanker}. */
export type OnnxRanker = ReturnType<typeof createOnnxRanker>;
