import { taskText } from '../../spec/task.ts';
import type {
  PairJudgement,
  PairRanker,
  PairRankerCompareOptions,
  PairRankerCompareResult,
} from '../../spec/pair-ranker.ts';
import { raceAbort } from '../../util/race-abort.ts';
import { loadOnnxSession, type OnnxSession } from './onnx-session.ts';
import { readRankerFolder } from './ranker-folder.ts';
import { type CutTokens, type EncodedText, TextEncoder } from './text-encoder.ts';
import { TextScorer } from '../onnx/text-scorer.ts';

/**
 * A trained ranker of one encoder pass per candidate: it scores each candidate under its instruction, and the log-odds
 * that left is better are the difference of two scores (Bradley and Terry 1952). N candidates cost N passes, not N² as
 * with a cross-encoder over pairs, and both orders of a pair agree by construction.
 */
export class EncoderRanker implements PairRanker, AsyncDisposable {
  readonly specificationVersion = 'v1';
  readonly pointwise = true;
  readonly name: string;
  readonly #session: OnnxSession;
  readonly #encoder: TextEncoder;
  readonly #scorer: TextScorer<EncodedText>;

  /**
   * Loads a folder with `config.json`, `tokenizer.json`, `phrases.json` and `model.onnx`, as training leaves it.
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
  }): Promise<EncoderRanker> {
    const ranker = await readRankerFolder(folder, name);
    const session = await loadOnnxSession(ranker.graph, name, { threads });
    return new EncoderRanker(name, session, new TextEncoder(ranker));
  }

  private constructor(name: string, session: OnnxSession, encoder: TextEncoder) {
    this.name = name;
    this.#session = session;
    this.#encoder = encoder;
    this.#scorer = new TextScorer(session);
  }

  async doCompare({ pairs, abortSignal, onJudgement }: PairRankerCompareOptions): Promise<PairRankerCompareResult> {
    abortSignal?.throwIfAborted();
    const instructions = new Map<string, CutTokens>();
    let [calls, inputTokens] = [0, 0];
    const score = (task: string, candidate: string) =>
      this.#scorer.score(
        `${task.length}:${task}${candidate}`,
        () => {
          const instruction = instructions.get(task) ?? this.#encoder.instruction(task);
          instructions.set(task, instruction);
          const text = this.#encoder.candidate(instruction, candidate);
          calls += 1;
          inputTokens += text.ids.length;
          return text;
        },
        abortSignal,
      );
    const judged = pairs.map(async ({ task, left, right }, index): Promise<PairJudgement> => {
      const instruction = taskText(task);
      const [first, second] = await Promise.all([score(instruction, left), score(instruction, right)]);
      const judgement = { logit: first.score - second.score, truncated: first.truncated || second.truncated };
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
