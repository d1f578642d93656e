import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { BlenderError, InvalidArgumentError, ModelLoadError } from '../../error/index.ts';
import { errorMessage } from '../../util/error-message.ts';
import type { LoadRankerOptions } from '../onnx/onnx-session.ts';
import { ARCHITECTURES } from './architectures/architectures.ts';
import { parseConfig } from './architectures/encoder.ts';
import { type Checkpoint, readCheckpoint, type StoredTensors } from './checkpoint/checkpoint.ts';
import { GraphBuilder } from './graph/graph-builder.ts';
import { storedLinear } from './graph/linear.ts';
import { type Sequence, TextTokens } from './input/text-tokens.ts';
import { declareInput, openNetwork } from './network.ts';

/** Texts are padded to a multiple of this, so that a text's own length alone decides the shape it is computed in. */
const LENGTH_STEP = 16;

/** Most tokens of one batch, padding included. */
const MAX_BATCH_TOKENS = 2048;

/** What an encoder makes of a text. */
export interface EncodedText {
  /** Tokens, among them one for the beginning and one for the end. */
  readonly ids: readonly number[];
  /** A row of `hiddenSize` numbers for each token. */
  readonly states: Float32Array;
  /** True where the text was too long, and its end was left out. */
  readonly truncated: boolean;
}

/** An encoder, loaded. */
export interface TextEncoder extends AsyncDisposable {
  readonly hiddenSize: number;
  /** Most tokens of a text, those for beginning and end included. */
  readonly maxTokens: number;
  /** The states of each text. They do not depend on the other texts. @throws the signal's reason on abort. */
  encode(
    texts: readonly string[],
    options?: { readonly abortSignal?: AbortSignal | undefined },
  ): Promise<readonly EncodedText[]>;
  /** The tokens of a text, as `encode` reads them. */
  tokenize(text: string): Pick<EncodedText, 'ids' | 'truncated'>;
}

const encoderFile = z.looseObject({
  model_type: z.string(),
  hidden_size: z.number().int().positive(),
  num_hidden_layers: z.number().int().positive(),
  max_position_embeddings: z.number().int().positive(),
  pad_token_id: z.number().int().nonnegative().default(0),
});

/**
 * Loads the first layers of an encoder from its own files: a folder in the format of Hugging Face with `config.json`,
 * `tokenizer.json` and safetensors, with or without a head.
 *
 * @param options.layer whose states are given, from 1 to all.
 * @throws ModelLoadError, InvalidArgumentError for a layer that there is not, MissingDependencyError without
 * onnxruntime-node.
 */
export async function loadTextEncoder(options: LoadRankerOptions & { readonly layer: number }): Promise<TextEncoder> {
  const { folder, name = folder, layer } = options;
  const checkpoint = await readCheckpoint(folder, name);
  try {
    const { network, hiddenSize, maxTokens, isPrefixed } = encoderNetwork(checkpoint, layer);
    const tokens = new TextTokens(checkpoint.tokenizer);
    const [begin, end] = [tokens.idOf('[CLS]', '<s>', '<bos>'), tokens.idOf('[SEP]', '</s>', '<eos>')];
    const session = await openNetwork(network, { ...options, folder, reference: name });
    const tokenize = (text: string) => {
      const most = maxTokens - 2;
      const { ids, truncated } = tokens.encode(isPrefixed && text !== '' ? ` ${text}` : text, most);
      return { ids: [begin, ...ids.slice(0, most), end], truncated: truncated || ids.length > most };
    };
    return {
      hiddenSize,
      maxTokens,
      tokenize,
      async encode(texts, { abortSignal } = {}) {
        const encoded = texts.map((text) => ({ ...tokenize(text), states: new Float32Array() }));
        for (const { length, places } of batchesOf(encoded)) {
          abortSignal?.throwIfAborted();
          const batch = places.map((place): Sequence => {
            const { ids = [], truncated = false } = encoded[place] ?? {};
            return { ids, truncated, types: [], headPositions: [] };
          });
          const rows = await session.score(batch, length);
          for (const [row, place] of places.entries()) {
            const text = encoded[place];
            if (text === undefined) continue;
            const start = row * length * hiddenSize;
            text.states = rows.slice(start, start + text.ids.length * hiddenSize);
          }
          // Timers and signals run between batches.
          await setImmediate();
        }
        abortSignal?.throwIfAborted();
        return encoded;
      },
      [Symbol.asyncDispose]: () => session.dispose(),
    };
  } catch (error) {
    if (BlenderError.isInstance(error)) throw error;
    throw new ModelLoadError({ reference: name, path: folder, reason: errorMessage(error), cause: error });
  }
}

function encoderNetwork({ config, tensors }: Checkpoint, layer: number) {
  const parsed = parseConfig(encoderFile, config);
  const { model_type: type, num_hidden_layers: layers, hidden_size: hiddenSize, pad_token_id: padding } = parsed;
  const architecture = ARCHITECTURES[type];
  if (architecture === undefined) {
    throw new Error(`the architecture ${type} is not known, only ${Object.keys(ARCHITECTURES).join(', ')}.`);
  }
  if (!Number.isInteger(layer) || layer < 1 || layer > layers) {
    throw new InvalidArgumentError({
      parameter: 'layer',
      value: layer,
      message: `expected an integer between 1 and ${layers}, the layers of the encoder.`,
    });
  }
  const graph = new GraphBuilder(encoderTensors(tensors, architecture.prefix));
  const linear = storedLinear(graph);
  const ids = declareInput(graph, 'ids');
  const bias = declareInput(graph, 'bias');
  const first = { ...config, num_hidden_layers: layer };
  const source = { config: first, graph, linear, ids, bias };
  const { rows, relative, maxTokens } = architecture.writeEncoder(source, architecture.prefix, padding);
  return {
    network: { graph: graph.build(rows, 'scores'), relative, padding },
    hiddenSize,
    maxTokens: maxTokens ?? parsed.max_position_embeddings,
    // RoBERTa was trained on texts whose first word has a space before it, as all others have.
    isPrefixed: type === 'roberta',
  };
}

/**
 * The weights by the names that an encoder with a head has: without a head the prefix is missing, and BERT's first files
 * call the parts of a norm gamma and beta.
 */
function encoderTensors(tensors: StoredTensors, prefix: string): StoredTensors {
  const isBare = ![...tensors.keys()].some((name) => name.startsWith(prefix));
  return new Map(
    [...tensors].map(([name, tensor]) => {
      const renamed = name
        .replace(/\.LayerNorm\.gamma$/, '.LayerNorm.weight')
        .replace(/\.LayerNorm\.beta$/, '.LayerNorm.bias');
      return [isBare ? prefix + renamed : renamed, tensor];
    }),
  );
}

/** Places of texts of one padded length, few enough for a batch. */
function batchesOf(
  texts: readonly { readonly ids: readonly number[] }[],
): readonly { readonly length: number; readonly places: readonly number[] }[] {
  const byLength = Map.groupBy(texts.keys(), (place) => {
    return Math.ceil((texts[place]?.ids.length ?? 0) / LENGTH_STEP) * LENGTH_STEP;
  });
  return [...byLength].flatMap(([length, places]) => {
    const most = Math.max(1, Math.floor(MAX_BATCH_TOKENS / length));
    return Array.from({ length: Math.ceil(places.length / most) }, (_, batch) => ({
      length,
      places: places.slice(batch * most, (batch + 1) * most),
    }));
  });
}
