import { z } from 'zod';
import { encoderConfig, parseConfig } from './encoder-config.ts';
import type { GraphBuilder, Value } from '../graph/graph-builder.ts';
import { activate, batchShape, joinHeads, layerNorm, type Linear, places, slice, splitHeads } from '../graph/layers.ts';
import { lookUp } from '../graph/linear.ts';

const theta = z.number().positive();
const ropeConfig = z.object({ rope_type: z.literal('default').default('default'), rope_theta: theta });

const modernBertConfig = encoderConfig.extend({
  hidden_activation: z.string().default('gelu'),
  norm_eps: z.number().positive().default(1e-5),
  max_position_embeddings: z.number().int().positive(),
  local_attention: z.number().int().positive().default(128),
  // Published configurations say how often a layer is global; newer ones name the kind of each.
  global_attn_every_n_layers: z.number().int().positive().default(3),
  layer_types: z.array(z.enum(['full_attention', 'sliding_attention'])).optional(),
  global_rope_theta: theta.default(160_000),
  local_rope_theta: theta.nullable().default(10_000),
  rope_parameters: z.object({ full_attention: ropeConfig, sliding_attention: ropeConfig }).optional(),
  rope_scaling: z.null().optional(),
});

type ModernBertConfig = z.infer<typeof modernBertConfig>;

/** The inputs of a ModernBERT encoder. */
export interface ModernBertInputs {
  /** int64 [batch, length]. */
  readonly ids: Value;
  /** float32 [batch, length]: 0 for a token, very negative for padding. */
  readonly bias: Value;
}

/** What a layer goes by: how positions turn queries and keys, and which tokens see each other. */
interface AttentionKind {
  /** Cosines and signed sines, both [length, head size]. */
  readonly rotation: { readonly cosines: Value; readonly sines: Value };
  /** Added to the scores: [batch, 1, 1 or length, length]. */
  readonly mask: Value;
}

/** Keeps tokens outside the window from being seen; finite in every sum, as the bias of padding is. */
const OUTSIDE = -1e30;

/**
 * A ModernBERT encoder (Warner et al. 2024, arXiv 2412.13663): norms before the sublayers, gated linear units, positions
 * by rotation, and in most layers attention within a window only.
 */
export class ModernBertEncoder {
  /** Most tokens the network was trained for. */
  readonly maxTokens: number;
  readonly #config: ModernBertConfig;

  /** @throws Error where the configuration is none of a network that is known. */
  constructor(config: object) {
    this.#config = parseConfig(modernBertConfig, config);
    this.maxTokens = this.#config.max_position_embeddings;
  }

  /** The hidden states, [batch · length, hidden]. Weights are named from `prefix` on. */
  write(graph: GraphBuilder, linear: Linear, prefix: string, { ids, bias }: ModernBertInputs): Value {
    const { hidden_size: hidden, vocab_size, intermediate_size: intermediate, num_hidden_layers } = this.#config;
    const norm = (rows: Value, name: string) =>
      layerNorm(graph, rows, `${prefix}${name}`, hidden, this.#config.norm_eps);
    const embedded = lookUp(graph, `${prefix}embeddings.tok_embeddings.weight`, [vocab_size, hidden], ids);
    const words = graph.apply('Reshape', [embedded, graph.integers(-1, hidden)]);
    let rows = norm(words, 'embeddings.norm');
    const kinds = this.#attentionKinds(graph, { ids, bias });
    for (let layer = 0; layer < num_hidden_layers; layer++) {
      const name = `layers.${layer}.`;
      // The embeddings are normalised already.
      const normal = layer === 0 ? rows : norm(rows, `${name}attn_norm`);
      const context = this.#attend(graph, linear(normal, `${prefix}${name}attn.Wqkv`, hidden, 3 * hidden), {
        ...kinds[this.#kindOf(layer)],
        ids,
      });
      rows = graph.apply('Add', [rows, linear(context, `${prefix}${name}attn.Wo`, hidden, hidden)]);
      const both = linear(norm(rows, `${name}mlp_norm`), `${prefix}${name}mlp.Wi`, hidden, 2 * intermediate);
      const half = (start: number) => slice(graph, both, start, start + intermediate, 1);
      const gated = graph.apply('Mul', [activate(graph, half(0), this.#config.hidden_activation), half(intermediate)]);
      rows = graph.apply('Add', [rows, linear(gated, `${prefix}${name}mlp.Wo`, intermediate, hidden)]);
    }
    return norm(rows, 'final_norm');
  }

  #kindOf(layer: number): 'global' | 'local' {
    const { layer_types: types, global_attn_every_n_layers: every } = this.#config;
    const isGlobal = types === undefined ? layer % every === 0 : types[layer] === 'full_attention';
    return isGlobal ? 'global' : 'local';
  }

  #attentionKinds(graph: GraphBuilder, { ids, bias }: ModernBertInputs): Record<'global' | 'local', AttentionKind> {
    const { global_rope_theta, local_rope_theta, rope_parameters: parameters, local_attention } = this.#config;
    const line = graph.apply('Cast', [places(graph, batchShape(graph, ids))], { to: { int: 1 } });
    const column = graph.apply('Unsqueeze', [line, graph.integers(1)]);
    const mask = graph.apply('Unsqueeze', [bias, graph.integers(1, 2)]);
    const distances = graph.apply('Abs', [graph.apply('Sub', [column, line])]);
    const reach = graph.float(Math.floor(local_attention / 2));
    const outside = graph.apply('Where', [
      graph.apply('Greater', [distances, reach]),
      graph.float(OUTSIDE),
      graph.float(0),
    ]);
    const globalTheta = parameters?.full_attention.rope_theta ?? global_rope_theta;
    const localTheta = parameters?.sliding_attention.rope_theta ?? local_rope_theta ?? globalTheta;
    return {
      global: { rotation: this.#rotation(graph, column, globalTheta), mask },
      local: { rotation: this.#rotation(graph, column, localTheta), mask: graph.apply('Add', [mask, outside]) },
    };
  }

  /** Rotary positions (Su et al. 2021, arXiv 2104.09864): the angle of each place and pair of dimensions. */
  #rotation(graph: GraphBuilder, column: Value, base: number): AttentionKind['rotation'] {
    const size = this.#config.hidden_size / this.#config.num_attention_heads;
    const { fround } = Math;
    // In float32 as in training: far places multiply the last digit.
    const frequencies = Array.from({ length: size / 2 }, (_, index) =>
      fround(1 / fround(base ** fround((2 * index) / size))),
    );
    const signs = [...frequencies.map(() => -1), ...frequencies.map(() => 1)];
    const angles = graph.apply('Mul', [column, row(graph, [...frequencies, ...frequencies])]);
    return {
      cosines: graph.apply('Cos', [angles]),
      sines: graph.apply('Mul', [graph.apply('Sin', [angles]), row(graph, signs)]),
    };
  }

  /** Rows of queries, keys and values side by side, [batch · length, 3 · hidden], to what attention makes of them. */
  #attend(graph: GraphBuilder, rows: Value, { rotation, mask, ids }: AttentionKind & { ids: Value }): Value {
    const { hidden_size: hidden, num_attention_heads: heads } = this.#config;
    const size = hidden / heads;
    const all = splitHeads(graph, rows, batchShape(graph, ids), { heads: 3 * heads, size });
    // Queries and keys are turned together: pairs of dimensions lie half a head apart.
    const unturned = slice(graph, all, 0, 2 * heads, 1);
    const swapped = graph.apply(
      'Concat',
      [slice(graph, unturned, size / 2, size, 3), slice(graph, unturned, 0, size / 2, 3)],
      { axis: { int: -1 } },
    );
    const turned = graph.apply('Add', [
      graph.apply('Mul', [unturned, rotation.cosines]),
      graph.apply('Mul', [swapped, rotation.sines]),
    ]);
    const query = graph.apply('Mul', [slice(graph, turned, 0, heads, 1), graph.float(1 / Math.sqrt(size))]);
    const key = graph.apply('Transpose', [slice(graph, turned, heads, 2 * heads, 1)], {
      perm: { ints: [0, 1, 3, 2] },
    });
    const scores = graph.apply('Add', [graph.apply('MatMul', [query, key]), mask]);
    const weights = graph.apply('Softmax', [scores], { axis: { int: -1 } });
    return joinHeads(graph, graph.apply('MatMul', [weights, slice(graph, all, 2 * heads, 3 * heads, 1)]), hidden);
  }
}

/** A constant row of float32. */
function row(graph: GraphBuilder, values: readonly number[]): Value {
  return graph.tensor('float32', [values.length], new Uint8Array(Float32Array.from(values).buffer));
}
