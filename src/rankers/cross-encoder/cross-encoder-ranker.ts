import { BlenderError, ModelLoadError } from '../../error/index.ts';
import { errorMessage } from '../../util/error-message.ts';
import { OnnxRanker } from '../onnx/onnx-ranker.ts';
import type { SessionOptions } from '../onnx/onnx-session.ts';
import { type Checkpoint, readCheckpoint } from './checkpoint/checkpoint.ts';
import { classifierNetwork } from './classifier.ts';
import { type Sequence, TextTokens } from './input/text-tokens.ts';
import { type Network, openNetwork } from './network.ts';
import { isPairRm, pairRmNetwork } from './pairrm.ts';

/** Most tokens of one batch, padding included: large networks gain nothing from more, and others wait for their turn. */
const MAX_BATCH_TOKENS = 1024;

/**
 * Loads a published cross-encoder from its own files: a folder in the format of Hugging Face with `config.json`,
 * `tokenizer.json` and safetensors. PairRM and some classifiers read both candidates at once; a reward model reads one at
 * a time.
 *
 * @throws ModelLoadError, MissingDependencyError where onnxruntime-node is not installed.
 */
export async function loadCrossEncoder({
  folder,
  name = folder,
  ...options
}: SessionOptions & {
  folder: string;
  /** @default the folder */
  name?: string;
}): Promise<OnnxRanker<Sequence>> {
  const checkpoint = await readCheckpoint(folder, name);
  try {
    const network = createNetwork(checkpoint);
    const writer = network.createWriter(new TextTokens(checkpoint.tokenizer));
    const session = await openNetwork(network, { ...options, folder, reference: name });
    return new OnnxRanker({ name, session, writer, maxTokens: MAX_BATCH_TOKENS });
  } catch (error) {
    if (BlenderError.isInstance(error)) throw error;
    throw new ModelLoadError({ reference: name, path: folder, reason: errorMessage(error), cause: error });
  }
}

/** Writes the graph that a checkpoint needs. @throws Error where it is of no kind that is known. */
export function createNetwork(checkpoint: Checkpoint): Network {
  const { config, ranker, tensors } = checkpoint;
  if (!isPairRm(tensors)) return classifierNetwork(checkpoint);
  if (ranker !== undefined) throw new Error('a PairRM is known by its weights; remove its ranker.json.');
  return pairRmNetwork(config, tensors);
}
