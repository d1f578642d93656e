import type { PairRanker, PairRankerCompareOptions, PairRankerCompareResult } from '../../spec/pair-ranker.ts';
import { taskText } from '../../spec/task.ts';
import { comparePairs } from '../compare-pairs.ts';
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
export class OnnxRanker<SEQUENCE extends ScorableText = ScorableText> implements PairRanker, AsyncDisposable {
  readonly specificationVersion = 'v1';
  readonly name: string;
  readonly pointwise: boolean;
  readonly #session: OnnxSession<SEQUENCE>;
  readonly #writer: SequenceWriter<SEQUENCE>;
  readonly #scorer: TextScorer<SEQUENCE>;

  constructor({
    name,
    session,
    writer,
    maxTokens,
  }: {
    name: string;
    /** Disposed of with the ranker. */
    session: OnnxSession<SEQUENCE>;
    writer: SequenceWriter<SEQUENCE>;
    /** Most tokens of one batch, padding included. */
    maxTokens: number;
  }) {
    this.name = name;
    this.pointwise = writer.reads === 'texts';
    this.#session = session;
    this.#writer = writer;
    this.#scorer = new TextScorer(session, { maxTokens });
  }

  async doCompare(options: PairRankerCompareOptions): Promise<PairRankerCompareResult> {
    const writer = this.#writer;
    let [calls, inputTokens] = [0, 0];
    const score = (texts: readonly string[], write: () => SEQUENCE) =>
      this.#scorer.score(
        JSON.stringify(texts),
        () => {
          const sequence = write();
          calls += 1;
          inputTokens += sequence.ids.length;
          return sequence;
        },
        options.abortSignal,
      );
    const judgements = await comparePairs(options, async ({ task, left, right }) => {
      const text = taskText(task);
      if (writer.reads === 'pairs') {
        const { score: logit, truncated } = await score([text, left, right], () => writer.write(text, left, right));
        return { logit, truncated };
      }
      const scoreOf = (candidate: string) => score([text, candidate], () => writer.write(text, candidate));
      const [first, second] = await Promise.all([scoreOf(left), scoreOf(right)]);
      return { logit: first.score - second.score, truncated: first.truncated || second.truncated };
    });
    return { judgements, usage: { calls, inputTokens, outputTokens: 0, cost: 0 } };
  }

  /** Frees the network. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session.dispose();
  }
}
