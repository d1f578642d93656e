import { z } from 'zod';
import { encoderConfig, parseConfig } from './encoder-config.ts';
import type { GraphBuilder, Value } from '../graph/graph-builder.ts';
import {
  activate,
  type BatchShape,
  batchShape,
  joinHeads,
  layerNorm,
  type Linear,
  slice,
  splitHeads,
} from '../graph/layers.ts';
import { RelativeProducts, type RelativePositions } from './relative-positions.ts';
import { constantLinear, lookUp } from '../graph/linear.ts';

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

/**
 * So few that what is computed for each pair of places stays in the processor's caches and long texts take little memory;
 * so many that the graph stays small, which the runtime optimises when it loads it.
 */
const HEADS_AT_A_TIME = 4;

/** The inputs of a DeBERTa encoder. */
export interface DebertaInputs {
  /** int64 [batch, length]. */
  readonly ids: Value;
  /** float32 [batch, length]: 0 for a token, very negative for padding. */
  readonly bias: Value;
  /** int64 as {@link relativeRows} gives it. */
  readonly relative: Value;
}

interface AttentionInputs extends Record<'rows' | 'table' | 'keyMask', Value> {
  readonly shape: BatchShape;
  readonly distances: RelativeProducts;
}

/** A DeBERTa-v2 or v3 encoder (He et al. 2020, arXiv 2006.03654, equation 4). */
export class DebertaEncoder {
  readonly positions: RelativePositions;
  readonly #config: DebertaConfig;
  readonly #headSize: number;

  /** @throws Error where the configuration is none of a network that is known. */
  constructor(config: object) {
    const parsed = parseConfig(debertaConfig, config);
    this.#config = parsed;
    this.#headSize = parsed.hidden_size / parsed.num_attention_heads;
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
    const distances = new RelativeProducts(graph, { relative, size: this.#headSize, shape });
    for (let layer = 0; layer < this.#config.num_hidden_layers; layer++) {
      const name = `${prefix}encoder.layer.${layer}.`;
      const context = this.#attend(graph, linear, `${name}attention.self.`, {
        rows,
        table,
        keyMask,
        shape,
        distances,
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

  /** What each place takes from all others, [batch · length, hidden]. */
  #attend(
    graph: GraphBuilder,
    linear: Linear,
    name: string,
    { rows, table, keyMask, shape, distances }: AttentionInputs,
  ): Value {
    const { hidden_size: hidden, num_attention_heads: heads, pos_att_type: types, share_att_key } = this.#config;
    const split = { heads, size: this.#headSize };
    const project = (part: string) =>
      splitHeads(graph, linear(rows, `${name}${part}_proj`, hidden, hidden), shape, split);
    const parts = ['c2p', 'p2c'].filter((type) => types.includes(type)).length;
    const scale = graph.float(1 / Math.sqrt(split.size * (1 + parts)));
    const [query, key, value] = [graph.apply('Mul', [project('query'), scale]), project('key'), project('value')];
    // The tables depend on weights alone; the runtime computes them once, when it loads the graph.
    const constant = constantLinear(graph);
    const tableOf = (part: 'query' | 'key') => {
      const weight = share_att_key ? `${name}${part}_proj` : `${name}pos_${part}_proj`;
      const rowsOfHeads = graph.apply('Reshape', [
        constant(table, weight, hidden, hidden),
        graph.integers(0, heads, split.size),
      ]);
      return graph.apply('Transpose', [rowsOfHeads], { perm: { ints: [1, 0, 2] } });
    };
    const keyRows = types.includes('c2p') ? distances.rowsOf(tableOf('key'), 'queries') : undefined;
    const queryRows = types.includes('p2c')
      ? distances.rowsOf(graph.apply('Mul', [tableOf('query'), scale]), 'keys')
      : undefined;
    const contexts: Value[] = [];
    for (let first = 0; first < heads; first += HEADS_AT_A_TIME) {
      const some = (values: Value, axis: number) => slice(graph, values, first, first + HEADS_AT_A_TIME, axis);
      const scores = this.#score(graph, distances, {
        query: some(query, 1),
        key: some(key, 1),
        keyRows: keyRows && some(keyRows, 0),
        queryRows: queryRows && some(queryRows, 0),
      });
      const weights = graph.apply('Softmax', [graph.apply('Add', [scores, keyMask])], { axis: { int: -1 } });
      contexts.push(graph.apply('MatMul', [weights, some(value, 1)]));
    }
    return joinHeads(graph, graph.apply('Concat', contexts, { axis: { int: 1 } }), hidden);
  }

  /** Content to content, content to position and position to content, [batch, heads, length, length]. */
  #score(
    graph: GraphBuilder,
    distances: RelativeProducts,
    {
      query,
      key,
      keyRows,
      queryRows,
    }: { query: Value; key: Value } & Record<'keyRows' | 'queryRows', Value | undefined>,
  ): Value {
    let scores = graph.apply('com.microsoft:FusedMatMul', [query, key], { transB: { int: 1 } });
    if (keyRows !== undefined) scores = graph.apply('Add', [scores, distances.multiply(query, keyRows)]);
    if (queryRows === undefined) return scores;
    const byKey = distances.multiply(key, queryRows);
    return graph.apply('Add', [scores, graph.apply('Transpose', [byKey], { perm: { ints: [0, 1, 3, 2] } })]);
  }
}
