import { z } from 'zod';
import type { GraphBuilder, Value } from '../graph/graph-builder.ts';
import { activate, attend, batchShape, joinHeads, layerNorm, positions, splitHeads } from '../graph/layers.ts';
import { lookUp } from '../graph/linear.ts';
import { type EncodedRows, encoderConfig, type EncoderSource, parseConfig } from './encoder.ts';

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

/** Keeps tokens outside the window from being seen; finite in every sum, as the bias of padding is. */
const OUTSIDE = -1e30;

/**
 * A ModernBERT encoder (Warner et al. 2024, arXiv 2412.13663): norms before the sublayers, gated linear units, positions
 * by rotation, and in most layers attention within a window only. Weights are named from `prefix` on.
 *
 * @throws Error where the configuration is none of a network that is known.
 */
export function writeModernBert(
  { config: given, graph, linear, ids, bias }: EncoderSource,
  prefix: string,
): EncodedRows {
  const config = parseConfig(modernBertConfig, given);
  const { hidden_size: hidden, intermediate_size: intermediate } = config;
  const norm = (values: Value, name: string) => layerNorm(graph, values, `${prefix}${name}`, hidden, config.norm_eps);
  const shape = batchShape(graph, ids);
  const words = lookUp(graph, `${prefix}embeddings.tok_embeddings.weight`, [config.vocab_size, hidden], ids);
  let rows = norm(graph.reshape(words, -1, hidden), 'embeddings.norm');
  const kinds = attentionKinds(graph, config, positions(graph, shape), bias);
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const name = `layers.${layer}.`;
    // The embeddings are normalised already.
    const normal = layer === 0 ? rows : norm(rows, `${name}attn_norm`);
    const projected = linear(normal, `${prefix}${name}attn.Wqkv`, hidden, 3 * hidden);
    const heads = splitHeads(graph, projected, shape, {
      heads: 3 * config.num_attention_heads,
      size: hidden / config.num_attention_heads,
    });
    const context = joinHeads(graph, rotateAndAttend(graph, config, heads, kinds[kindOf(config, layer)]), hidden);
    rows = graph.add(rows, linear(context, `${prefix}${name}attn.Wo`, hidden, hidden));
    const both = linear(norm(rows, `${name}mlp_norm`), `${prefix}${name}mlp.Wi`, hidden, 2 * intermediate);
    const half = (start: number) => graph.slice(both, start, start + intermediate, 1);
    const gated = graph.multiply(activate(graph, half(0), config.hidden_activation), half(intermediate));
    rows = graph.add(rows, linear(gated, `${prefix}${name}mlp.Wo`, intermediate, hidden));
  }
  return { rows: norm(rows, 'final_norm'), maxTokens: config.max_position_embeddings };
}

function kindOf({ layer_types: types, global_attn_every_n_layers: every }: ModernBertConfig, layer: number) {
  const isGlobal = types === undefined ? layer % every === 0 : types[layer] === 'full_attention';
  return isGlobal ? 'global' : 'local';
}

/** How positions rotate queries and keys, and which tokens see each other. */
interface AttentionKind {
  /** Cosines and signed sines, both [length, head size]. */
  readonly cosines: Value;
  readonly sines: Value;
  /** Added to the scores: [batch, 1, 1 or length, length]. */
  readonly mask: Value;
}

function attentionKinds(
  graph: GraphBuilder,
  config: ModernBertConfig,
  rowPositions: Value,
  bias: Value,
): Record<'global' | 'local', AttentionKind> {
  const line = graph.toFloat32(rowPositions);
  const column = graph.unsqueeze(line, 1);
  const mask = graph.unsqueeze(bias, 1, 2);
  const distances = graph.apply('Abs', [graph.apply('Sub', [column, line])]);
  const isOutside = graph.apply('Greater', [distances, graph.float(Math.floor(config.local_attention / 2))]);
  const outside = graph.apply('Where', [isOutside, graph.float(OUTSIDE), graph.float(0)]);
  const { rope_parameters: parameters } = config;
  const globalTheta = parameters?.full_attention.rope_theta ?? config.global_rope_theta;
  const localTheta = parameters?.sliding_attention.rope_theta ?? config.local_rope_theta ?? globalTheta;
  const size = config.hidden_size / config.num_attention_heads;
  return {
    global: { ...rotation(graph, column, size, globalTheta), mask },
    local: { ...rotation(graph, column, size, localTheta), mask: graph.add(mask, outside) },
  };
}

/** Rotary positions (Su et al. 2021, arXiv 2104.09864): the angle of each position and pair of dimensions. */
function rotation(graph: GraphBuilder, column: Value, size: number, base: number): Omit<AttentionKind, 'mask'> {
  const { fround } = Math;
  // In float32 as in training: far positions multiply the last digit.
  const frequencies = Array.from({ length: size / 2 }, (_, index) =>
    fround(1 / fround(base ** fround((2 * index) / size))),
  );
  const signs = [...frequencies.map(() => -1), ...frequencies.map(() => 1)];
  const angles = graph.multiply(column, graph.floats([...frequencies, ...frequencies]));
  return {
    cosines: graph.apply('Cos', [angles]),
    sines: graph.multiply(graph.apply('Sin', [angles]), graph.floats(signs)),
  };
}

/** What attention makes of queries, keys and values, stacked in [batch, 3 · heads, length, size]. */
function rotateAndAttend(graph: GraphBuilder, config: ModernBertConfig, all: Value, kind: AttentionKind): Value {
  const heads = config.num_attention_heads;
  const size = config.hidden_size / heads;
  // Queries and keys are rotated together: pairs of dimensions are half a head apart.
  const straight = graph.slice(all, 0, 2 * heads, 1);
  const swapped = graph.concat(-1, [graph.slice(straight, size / 2, size, 3), graph.slice(straight, 0, size / 2, 3)]);
  const rotated = graph.add(graph.multiply(straight, kind.cosines), graph.multiply(swapped, kind.sines));
  return attend(graph, {
    query: graph.multiply(graph.slice(rotated, 0, heads, 1), graph.float(1 / Math.sqrt(size))),
    key: graph.slice(rotated, heads, 2 * heads, 1),
    value: graph.slice(all, 2 * heads, 3 * heads, 1),
    mask: kind.mask,
  });
}
