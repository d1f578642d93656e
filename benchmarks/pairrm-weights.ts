import { copyFile, mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { random } from './pools.ts';

/** The published shape: DeBERTa-v3-large with PairRM's head. */
const CONFIG = {
  model_type: 'deberta-v2',
  vocab_size: 128_005,
  hidden_size: 1024,
  num_hidden_layers: 24,
  num_attention_heads: 16,
  intermediate_size: 4096,
  position_buckets: 256,
  max_relative_positions: -1,
  max_position_embeddings: 512,
  norm_rel_ebd: 'layer_norm',
  share_att_key: true,
  pos_att_type: 'p2c|c2p',
  relative_attention: true,
  position_biased_input: false,
  type_vocab_size: 0,
  layer_norm_eps: 1e-7,
  hidden_act: 'gelu',
};

/** Names and shapes of the 436,014,081 parameters. */
function shapes(): ReadonlyMap<string, readonly number[]> {
  const { hidden_size: hidden, intermediate_size: inner, vocab_size, num_hidden_layers } = CONFIG;
  const all = new Map<string, readonly number[]>();
  const linear = (name: string, outputs: number, inputs: number) =>
    all.set(`${name}.weight`, [outputs, inputs]).set(`${name}.bias`, [outputs]);
  const norm = (name: string) => all.set(`${name}.weight`, [hidden]).set(`${name}.bias`, [hidden]);
  const model = 'pretrained_model.';
  all.set(`${model}embeddings.word_embeddings.weight`, [vocab_size, hidden]);
  norm(`${model}embeddings.LayerNorm`);
  for (let layer = 0; layer < num_hidden_layers; layer++) {
    const name = `${model}encoder.layer.${layer}.`;
    for (const part of ['query', 'key', 'value']) linear(`${name}attention.self.${part}_proj`, hidden, hidden);
    linear(`${name}attention.output.dense`, hidden, hidden);
    norm(`${name}attention.output.LayerNorm`);
    linear(`${name}intermediate.dense`, inner, hidden);
    linear(`${name}output.dense`, hidden, inner);
    norm(`${name}output.LayerNorm`);
  }
  all.set(`${model}encoder.rel_embeddings.weight`, [512, hidden]);
  norm(`${model}encoder.LayerNorm`);
  linear('head_layer.1', hidden, 2 * hidden);
  linear('head_layer.4', 1, hidden);
  return all;
}

/** Numbers in a row before they repeat: a prime, so that no two rows of a weight are the same. */
const BLOCK = 4_194_301;

/**
 * Writes a PairRM of the published size with random weights; 1.7 GB. Weights are even around 0, those that scale a
 * normalised row around 1. Returns the bytes.
 */
export async function makePairRm(
  folder: string,
  {
    tokenizer,
    seed = 1,
    spread = 0.07,
  }: {
    /** The file `tokenizer.json` to go with them. */
    tokenizer: string;
    seed?: number;
    /** From the least to the greatest weight. @default 0.07, a deviation of 0.02 as before training */
    spread?: number;
  },
): Promise<number> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'config.json'), JSON.stringify(CONFIG));
  await copyFile(tokenizer, join(folder, 'tokenizer.json'));
  const header: Record<string, object> = {};
  let bytes = 0;
  for (const [name, shape] of shapes()) {
    const length = shape.reduce((product, size) => product * size, 4);
    header[name] = { dtype: 'F32', shape, data_offsets: [bytes, bytes + length] };
    bytes += length;
  }
  const text = JSON.stringify(header);
  const head = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(head.length));
  const draw = random(seed);
  const around = (middle: number) => Float32Array.from({ length: BLOCK }, () => middle + (draw() - 0.5) * spread);
  const blocks = { zero: around(0), one: around(1) };
  const file = await open(join(folder, 'model.safetensors'), 'w');
  try {
    await file.writeFile(Buffer.concat([length, head]));
    let at = 0;
    for (const [name, shape] of shapes()) {
      const block = name.endsWith('LayerNorm.weight') ? blocks.one : blocks.zero;
      for (let left = shape.reduce((product, size) => product * size, 1); left > 0;) {
        const taken = block.subarray(at, at + left);
        await file.writeFile(new Uint8Array(taken.buffer, taken.byteOffset, taken.byteLength));
        left -= taken.length;
        at = (at + taken.length) % BLOCK;
      }
    }
  } finally {
    await file.close();
  }
  return bytes + 8 + head.length;
}
