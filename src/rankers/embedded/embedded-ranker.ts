import type { TokenScorer } from '../../spec/in-process-model.ts';
import { createOnnxRanker, type OnnxRanker } from '../onnx/onnx-ranker.ts';
import type { OnnxSession } from '../onnx/onnx-session.ts';
import { loadTrainedParts, type EncodedText } from '../trained/index.ts';
import { type EmbeddedConfig, readEmbeddedConfig } from './embedded-config.ts';
import { createRewardPrompt, type RewardPrompt } from './reward-prompt.ts';

/** One or two texts a batch: the language model reads them one after the other, and an abort waits for a batch. */
const MAX_BATCH_TOKENS = 512;

interface EmbeddedText extends EncodedText, RewardPrompt {}

/**
 * Loads the ranker in which a language model of this process and a trained ranker read each candidate: a folder with
 * `config.json`. The score is a weighted sum (log-odds) of how much likelier the language model says that the answer is
 * good than that it is not, of the trained ranker's score, and of the surface.
 *
 * @throws ModelLoadError, MissingDependencyError where onnxruntime-node is not installed.
 */
export async function loadEmbeddedRanker(options: {
  readonly folder: string;
  readonly name: string;
  /** With the adapter of the folder. Disposed of with the ranker. */
  readonly model: TokenScorer & AsyncDisposable;
  /** The folder of the trained ranker. */
  readonly rankerFolder: string;
  /** Shown with every result. */
  readonly warning?: string | undefined;
}): Promise<OnnxRanker> {
  const { folder, name, model, rankerFolder, warning } = options;
  const config = await readEmbeddedConfig(folder, name);
  const promptOf = createRewardPrompt(model, config);
  const { encoder, session } = await loadTrainedParts({ folder: rankerFolder, name });
  return createOnnxRanker<EmbeddedText>({
    name,
    session: sessionOf(model, session, config),
    writer: {
      reads: 'texts',
      write(task, text) {
        const [encoded, reward] = [encoder.encode(task, text), promptOf(task, text)];
        return {
          ...encoded,
          ...reward,
          tokensRead: encoded.ids.length + reward.prompt.length,
          truncated: encoded.truncated || reward.cut,
        };
      },
    },
    maxTokens: MAX_BATCH_TOKENS,
    warning,
  });
}

function sessionOf(
  model: TokenScorer & AsyncDisposable,
  session: OnnxSession<EncodedText>,
  config: EmbeddedConfig,
): OnnxSession<EmbeddedText> {
  const { weights, words } = config;
  const next = [words.yes, words.no].map((word) => model.tokenize(word)[0] ?? 0);
  return {
    async score(batch, length) {
      const scores = await session.score(batch, length);
      for (const [row, text] of batch.entries()) {
        const [yes = Number.NaN, no = Number.NaN] = await model.scoreTokens({ prompt: text.prompt, next });
        const ranker = weights.ranker * (scores[row] ?? Number.NaN);
        scores[row] = weights.language_model * (yes - no) + ranker + surfaceTerm(text.surface, config.surface);
      }
      return scores;
    },
    async dispose() {
      await Promise.all([session.dispose(), model[Symbol.asyncDispose]()]);
    },
  };
}

function surfaceTerm(numbers: readonly number[], { scale, offset, weight, most }: EmbeddedConfig['surface']): number {
  return numbers.reduce((sum, number, index) => {
    const standard = number * (scale[index] ?? 0) + (offset[index] ?? 0);
    return sum + (weight[index] ?? 0) * Math.max(-most, Math.min(most, standard));
  }, 0);
}
