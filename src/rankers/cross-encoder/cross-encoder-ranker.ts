import type {
  PairJudgement,
  PairRanker,
  PairRankerCompareOptions,
  PairRankerCompareResult,
} from '../../spec/pair-ranker.ts';
import { ModelLoadError } from '../../error/index.ts';
import { taskText } from '../../spec/task.ts';
import { errorMessage } from '../../util/error-message.ts';
import { raceAbort } from '../../util/race-abort.ts';
import { TextScorer } from '../onnx/text-scorer.ts';
import { readCheckpoint } from './checkpoint/checkpoint.ts';
import { createNetwork } from './create-network.ts';
import type { SequenceWriter } from './network.ts';
import { loadNetworkSession, type NetworkSession } from './network-session.ts';
import type { Sequence } from './input/sequence.ts';
import { TextTokens } from './input/text-tokens.ts';

/** Most tokens of one batch, padding included: large networks gain nothing from more, and others wait for their turn. */
const MAX_TOKENS = 1024;

/**
 * A published cross-encoder, run from its own files: a folder in the format of Hugging Face with `config.json`,
 * `tokenizer.json` and safetensors. PairRM and some classifiers read both candidates at once; a reward model reads one
 * at a time, and the log-odds are the difference of two scores.
 */
export class CrossEncoderRanker implements PairRanker, AsyncDisposable {
  readonly specificationVersion = 'v1';
  readonly name: string;
  /** True where each candidate is read once, by itself. */
  readonly pointwise: boolean;
  readonly #session: NetworkSession;
  readonly #writer: SequenceWriter;
  readonly #scorer: TextScorer<Sequence>;

  /**
   * Loads a folder.
   *
   * @throws ModelLoadError, MissingDependencyError where onnxruntime-node is not installed.
   */
  static async load({
    folder,
    name = folder,
    threads,
  }: {
    folder: string;
    /** @default the folder */
    name?: string;
    /** @default the cores this process may use, 8 at most */
    threads?: number | undefined;
  }): Promise<CrossEncoderRanker> {
    const checkpoint = await readCheckpoint(folder, name);
    try {
      const network = createNetwork(checkpoint);
      const writer = network.createWriter(new TextTokens(checkpoint.tokenizer));
      const session = await loadNetworkSession(network, { folder, reference: name, threads });
      return new CrossEncoderRanker(name, session, writer);
    } catch (error) {
      if (!(error instanceof Error) || 'code' in error) throw error;
      throw new ModelLoadError({ reference: name, path: folder, reason: errorMessage(error), cause: error });
    }
  }

  private constructor(name: string, session: NetworkSession, writer: SequenceWriter) {
    this.name = name;
    this.pointwise = writer.reads === 'texts';
    this.#session = session;
    this.#writer = writer;
    this.#scorer = new TextScorer(session, { maxTokens: MAX_TOKENS });
  }

  async doCompare({ pairs, abortSignal, onJudgement }: PairRankerCompareOptions): Promise<PairRankerCompareResult> {
    abortSignal?.throwIfAborted();
    let [calls, inputTokens] = [0, 0];
    const score = (texts: readonly string[], write: () => Sequence) =>
      this.#scorer.score(
        JSON.stringify(texts),
        () => {
          const sequence = write();
          calls += 1;
          inputTokens += sequence.ids.length;
          return sequence;
        },
        abortSignal,
      );
    const judge = async (task: string, left: string, right: string): Promise<PairJudgement> => {
      const writer = this.#writer;
      if (writer.reads === 'pairs') {
        const { score: logit, truncated } = await score([task, left, right], () => writer.write(task, left, right));
        return { logit, truncated };
      }
      const [first, second] = await Promise.all(
        [left, right].map((text) => score([task, text], () => writer.write(task, text))),
      );
      const logit = (first?.score ?? Number.NaN) - (second?.score ?? Number.NaN);
      return { logit, truncated: first?.truncated === true || second?.truncated === true };
    };
    const judged = pairs.map(async ({ task, left, right }, index) => {
      const judgement = await judge(taskText(task), left, right);
      if (abortSignal?.aborted !== true) onJudgement?.(index, judgement);
      return judgement;
    });
    const judgements = await raceAbort(Promise.all(judged), abortSignal);
    return { judgements, usage: { calls, inputTokens, outputTokens: 0, cost: 0 } };
  }

  /** Frees the network. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session.dispose();
  }
}
