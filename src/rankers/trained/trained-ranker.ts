import type { Tensor } from 'onnxruntime-node';
import { createOnnxRanker, type OnnxRanker } from '../onnx/onnx-ranker.ts';
import {
  type LoadRankerOptions,
  type OnnxSession,
  openOnnxSession,
  type SessionOptions,
} from '../onnx/onnx-session.ts';
import { readRankerFolder } from './ranker-folder.ts';
import { createTextEncoder, type EncodedText } from './text-encoder.ts';

/**
 * Most tokens of one batch, padding included: about 0.1 s on two cores, after which others get their turn. A text takes
 * a tenth longer in batches of 2,048, which do not fit the caches of the processor.
 */
export const MAX_BATCH_TOKENS = 768;

/**
 * Loads a ranker that training has left: a folder with `config.json`, `tokenizer.json`, `phrases.json` and `model.onnx`.
 * It reads one candidate at a time.
 *
 * @throws ModelLoadError, MissingDependencyError where onnxruntime-node is not installed.
 */
export async function loadTrainedRanker(
  options: LoadRankerOptions & {
    /** Shown with every result. */
    warning?: string | undefined;
  },
): Promise<OnnxRanker> {
  const { folder, name = folder, warning } = options;
  const { encoder, session } = await loadTrainedParts(options);
  return createOnnxRanker({
    name,
    session,
    writer: { reads: 'texts', write: (task, text) => encoder.encode(task, text) },
    maxTokens: MAX_BATCH_TOKENS,
    warning,
  });
}

/** What such a ranker is made of: what writes its texts, and the network. @throws as {@link loadTrainedRanker} */
export async function loadTrainedParts(options: LoadRankerOptions) {
  const { folder, name = folder } = options;
  const files = await readRankerFolder(folder, name);
  const encoder = createTextEncoder(files);
  return { encoder, session: await openTrainedNetwork(files.graph, name, options) };
}

/** Loads the graph of a trained ranker. @throws as {@link openOnnxSession} */
export function openTrainedNetwork(
  graph: string,
  reference: string,
  options: SessionOptions = {},
): Promise<OnnxSession<EncodedText>> {
  return openOnnxSession({ ...options, graph, path: graph, reference, inputs: graphInputs });
}

/** Inputs as `training/ranker/graph.py` names them: int64 [batch, length], and float32 [batch, surface size]. */
function graphInputs(batch: readonly EncodedText[], length: number, TensorClass: typeof Tensor) {
  const column = () => new BigInt64Array(batch.length * length);
  const [ids, positions, types, mask] = [column(), column(), column(), column()];
  for (const [row, text] of batch.entries()) {
    const start = row * length;
    for (const [index, id] of text.ids.entries()) {
      ids[start + index] = BigInt(id);
      positions[start + index] = BigInt(index < text.tailStart ? index : index + text.gap);
      if (index >= text.instructionLength) types[start + index] = 1n;
      mask[start + index] = 1n;
    }
  }
  const tensor = (data: BigInt64Array) => new TensorClass('int64', data, [batch.length, length]);
  const surface = Float32Array.from(batch.flatMap((text) => text.surface));
  return {
    ids: tensor(ids),
    positions: tensor(positions),
    types: tensor(types),
    mask: tensor(mask),
    surface: new TensorClass('float32', surface, [batch.length, surface.length / batch.length]),
  };
}
