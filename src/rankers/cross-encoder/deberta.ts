import { z } from 'zod';
import { encoderConfig, parseConfig } from './encoder-config.ts';
import type { GraphBuilder, Value } from './graph-builder.ts';
import { activate, type BatchShape, batchShape, joinHeads, layerNorm, type Linear, splitHeads } from './layers.ts';
import { constantLinear, lookUp } from './stored-weights.ts';

/** `pos_att_type` is a list, or one text with bars in between. */
const attentionTypes = z
  .union([z.array(z.string()), z.string().transform((text) => text.split('|'))])
  .transform((names) => names.map((name) => name.trim().toLowerCase()));

const debertaConfig = encoderConfig.extend({
  hidden_act: z.string().default('gelu'),
  layer_norm_eps: z.number().positive().default(1e-7),
  max_position_embeddings: z.number().int().positive().default(512),
  max_relative_positions: z.number().int().default(-1),
  position_buckets: z.number().int().default(-1),
  pos_att_type: attentionTypes,
  norm_rel_ebd: z.string().default('none'),
  share_att_key: z.boolean().default(false),
  relative_attention: z.literal(true),
  position_biased_input: z.literal(false),
  type_vocab_size: z.literal(0).default(0),
  conv_kernel_size: z.literal(0).default(0),
  embedding_size: z.number().optional(),
});

type DebertaConfig = z.infer<typeof debertaConfig>;

/** Where the tables of relative positions are cut, and how distances are put into buckets. */
export interface RelativePositions {
  /** Distances from −span to span − 1 have a row each. */
  readonly span: number;
  /** Distances beyond half of so many share rows, the more the further; 0 = none do. */
  readonly buckets: number;
  /** The distance of the last bucket. */
  readonly furthest: number;
}

/** The inputs of a DeBERTa encoder. */
export interface DebertaInputs {
  /** int64 [batch, length]. */
  readonly ids: Value;
  /** float32 [batch, length]: 0 for a token, very negative for padding. */
  readonly bias: Value;
  /** int64 [2, 2 · length]: rows of the tables as {@link relativeRows} gives them. */
  readonly relative: Value;
}

interface AttentionInputs extends Record<'rows' | 'table' | 'keyMask' | 'fromQuery' | 'fromKey', Value> {
  readonly skew: Skew;
}

/** A DeBERTa-v2 or v3 encoder (He et al. 2020, arXiv 2006.03654, equation 4). */
export class DebertaEncoder {
  readonly positions: RelativePositions;
  readonly #config: DebertaConfig;

  /** @throws Error where the configuration is none of a network that is known. */
  constructor(config: object) {
    const parsed = parseConfig(debertaConfig, config);
    this.#config = parsed;
    const furthest = parsed.max_relative_positions < 1 ? parsed.max_position_embeddings : parsed.max_relative_positions;
    const buckets = Math.max(0, parsed.position_buckets);
    this.positions = { span: buckets > 0 ? buckets : furthest, buckets, furthest };
  }

  /** The hidden states, [batch · length, hidden]. Weights are named from `prefix` on. */
  write(graph: GraphBuilder, linear: Linear, prefix: string, { ids, bias, relative }: DebertaInputs): Value {
    const { hidden_size: hidden, vocab_size, layer_norm_eps: epsilon } = this.#config;
    const shape = batchShape(graph, ids);
    const embedded = lookUp(graph, `${prefix}embeddings.word_embeddings.weight`, [vocab_size, hidden], ids);
    const words = graph.apply('Reshape', [embedded, graph.integers(-1, hidden)]);
    let rows = layerNorm(graph, words, `${prefix}embeddings.LayerNorm`, hidden, epsilon);
    let table = graph.weight(`${prefix}encoder.rel_embeddings.weight`, [2 * this.positions.span, hidden]);
    if (this.#config.norm_rel_ebd.includes('layer_norm')) {
      table = layerNorm(graph, table, `${prefix}encoder.LayerNorm`, hidden, epsilon);
    }
    const keyMask = graph.apply('Unsqueeze', [bias, graph.integers(1, 2)]);
    const skew = new Skew(graph, shape);
    const order = (direction: number) =>
      graph.apply('Squeeze', [graph.apply('Gather', [relative, graph.integers(direction)]), graph.integers(0)]);
    const [fromQuery, fromKey] = [order(0), order(1)];
    for (let layer = 0; layer < this.#config.num_hidden_layers; layer++) {
      const name = `${prefix}encoder.layer.${layer}.`;
      const context = this.#attend(graph, linear, `${name}attention.self.`, {
        rows,
        table,
        keyMask,
        fromQuery,
        fromKey,
        skew,
      });
      const attended = linear(context, `${name}attention.output.dense`, hidden, hidden);
      rows = this.#addAndNorm(graph, rows, attended, `${name}attention.output.LayerNorm`);
      const inner = linear(rows, `${name}intermediate.dense`, hidden, this.#config.intermediate_size);
      const active = activate(graph, inner, this.#config.hidden_act);
      const outer = linear(active, `${name}output.dense`, this.#config.intermediate_size, hidden);
      rows = this.#addAndNorm(graph, rows, outer, `${name}output.LayerNorm`);
    }
    return rows;
  }

  #addAndNorm(graph: GraphBuilder, rows: Value, change: Value, name: string): Value {
    const { hidden_size: hidden, layer_norm_eps: epsilon } = this.#config;
    return layerNorm(graph, graph.apply('Add', [change, rows]), name, hidden, epsilon);
  }

  /** Scores of content to content, content to position and position to content; their sum weighs the values. */
  #attend(
    graph: GraphBuilder,
    linear: Linear,
    name: string,
    { rows, table, keyMask, fromQuery, fromKey, skew }: AttentionInputs,
  ): Value {
    const { hidden_size: hidden, num_attention_heads: heads, pos_att_type: types, share_att_key } = this.#config;
    const split = { heads, size: hidden / heads };
    const project = (part: string) =>
      splitHeads(graph, linear(rows, `${name}${part}_proj`, hidden, hidden), skew, split);
    const parts = ['c2p', 'p2c'].filter((type) => types.includes(type)).length;
    const scale = graph.float(1 / Math.sqrt(split.size * (1 + parts)));
    const query = graph.apply('Mul', [project('query'), scale]);
    const key = project('key');
    const transposed = graph.apply('Transpose', [key], { perm: { ints: [0, 1, 3, 2] } });
    let scores = graph.apply('MatMul', [query, transposed]);
    // The tables depend on weights alone; the runtime computes them once, when it loads the graph.
    const constant = constantLinear(graph);
    const tableOf = (part: 'query' | 'key') =>
      constant(table, share_att_key ? `${name}${part}_proj` : `${name}pos_${part}_proj`, hidden, hidden);
    const byDistance = (values: Value, order: Value) => {
      const taken = graph.apply('Gather', [values, order]);
      const separate = graph.apply('Reshape', [taken, graph.integers(-1, heads, split.size)]);
      return graph.apply('Transpose', [separate], { perm: { ints: [1, 2, 0] } });
    };
    if (types.includes('c2p')) {
      const keys = byDistance(tableOf('key'), fromQuery);
      scores = graph.apply('Add', [scores, skew.apply(graph.apply('MatMul', [query, keys]))]);
    }
    if (types.includes('p2c')) {
      const queries = byDistance(graph.apply('Mul', [tableOf('query'), scale]), fromKey);
      const byKey = skew.apply(graph.apply('MatMul', [key, queries]));
      scores = graph.apply('Add', [scores, graph.apply('Transpose', [byKey], { perm: { ints: [0, 1, 3, 2] } })]);
    }
    const weights = graph.apply('Softmax', [graph.apply('Add', [scores, keyMask])], { axis: { int: -1 } });
    return joinHeads(graph, graph.apply('MatMul', [weights, project('value')]), hidden);
  }
}

/**
 * Turns products by distance into products by place. Row i of [length, 2 · length] has the distances in order, and the
 * row below it needs them one further to the left. Read with lines one shorter, the same numbers are shifted just so
 * (Dai et al. 2019, arXiv 1901.02860, appendix B): no index for each of the length² places.
 */
class Skew implements BatchShape {
  readonly batch: Value;
  readonly length: Value;
  readonly #graph: GraphBuilder;
  readonly #start: Value;
  readonly #end: Value;
  readonly #flat: Value;
  readonly #narrow: Value;

  constructor(graph: GraphBuilder, { batch, length }: BatchShape) {
    [this.batch, this.length, this.#graph] = [batch, length, graph];
    const one = graph.integers(1);
    const double = graph.apply('Add', [length, length]);
    const total = graph.apply('Mul', [length, double]);
    this.#start = graph.apply('Sub', [length, one]);
    this.#end = graph.apply('Sub', [total, one]);
    // A zero keeps the size that was there.
    this.#flat = graph.integers(0, 0, -1);
    this.#narrow = graph.apply('Concat', [graph.integers(0, 0), length, graph.apply('Sub', [double, one])], {
      axis: { int: 0 },
    });
  }

  /** [batch, heads, length, 2 · length] by distance to [batch, heads, length, length] by place. */
  apply(values: Value): Value {
    const flat = this.#graph.apply('Reshape', [values, this.#flat]);
    const cut = this.#graph.apply('Slice', [flat, this.#start, this.#end, this.#graph.integers(2)]);
    const shifted = this.#graph.apply('Reshape', [cut, this.#narrow]);
    return this.#graph.apply('Slice', [shifted, this.#graph.integers(0), this.length, this.#graph.integers(3)]);
  }
}

/**
 * Which row of the tables each column stands for: 2 · length distances from query to key, falling from length − 1, and
 * after them as many from key to query, rising from 1 − length.
 */
export function relativeRows(length: number, positions: RelativePositions): BigInt64Array {
  const last = 2 * positions.span - 1;
  const rowOf = (distance: number) =>
    BigInt(Math.min(last, Math.max(0, bucketOf(distance, positions) + positions.span)));
  const rows = new BigInt64Array(4 * length);
  for (let column = 0; column < 2 * length; column++) {
    rows[column] = rowOf(length - 1 - column);
    rows[2 * length + column] = rowOf(column - length + 1);
  }
  return rows;
}

/**
 * The bucket of a distance: itself when near, in steps of its logarithm when far. Computed in the precision in which the
 * networks were trained, since a distance on an edge would otherwise change its bucket.
 */
export function bucketOf(distance: number, { buckets, furthest }: RelativePositions): number {
  const middle = Math.floor(buckets / 2);
  const far = Math.abs(distance);
  if (buckets === 0 || far <= middle) return distance;
  const { fround } = Math;
  const share = fround(fround(Math.log(fround(far / middle))) / fround(Math.log(fround((furthest - 1) / middle))));
  return Math.sign(distance) * (Math.ceil(fround(share * (middle - 1))) + middle);
}
