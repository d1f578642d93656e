import { z } from 'zod';
import type { Value } from '../graph/graph-builder.ts';
import { batchShape, joinHeads, layerNorm, splitHeads, weightValues } from '../graph/layers.ts';
import { constantLinear, lookUp } from '../graph/linear.ts';
import { declareInput } from '../network.ts';
import { type EncodedRows, encoderConfig, type EncoderSource, parseConfig, writeLayers } from './encoder.ts';
import { relativeProducts } from './relative-positions.ts';

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

/**
 * So few that what is computed for each pair of positions stays in the processor's caches and long texts take little
 * memory; so many that the graph stays small, which the runtime optimises when it loads it.
 */
const HEADS_AT_A_TIME = 4;

/**
 * A DeBERTa-v2 or v3 encoder (He et al. 2020, arXiv 2006.03654, equation 4). Weights are named from `prefix` on.
 *
 * @throws Error where the configuration is none of a network that is known.
 */
export function writeDeberta(source: EncoderSource, prefix: string): EncodedRows {
  const config = parseConfig(debertaConfig, source.config);
  const { hidden_size: hidden, num_attention_heads: heads, layer_norm_eps: epsilon, pos_att_type: types } = config;
  const { graph, linear, ids, bias } = source;
  const furthest = config.max_relative_positions < 1 ? config.max_position_embeddings : config.max_relative_positions;
  const buckets = Math.max(0, config.position_buckets);
  const relative = { span: buckets > 0 ? buckets : furthest, buckets, furthest };
  const size = hidden / heads;
  const split = { heads, size };

  const relativeRows = declareInput(graph, 'relative');
  const shape = batchShape(graph, ids);
  const words = lookUp(graph, `${prefix}embeddings.word_embeddings.weight`, [config.vocab_size, hidden], ids);
  const flat = graph.reshape(words, -1, hidden);
  const embedded = layerNorm(graph, flat, `${prefix}embeddings.LayerNorm`, hidden, epsilon);
  let table = graph.weight(`${prefix}encoder.rel_embeddings.weight`, [2 * relative.span, hidden]);
  if (config.norm_rel_ebd.includes('layer_norm')) {
    table = layerNorm(graph, table, `${prefix}encoder.LayerNorm`, hidden, epsilon);
  }
  const mask = graph.unsqueeze(bias, 1, 2);
  const distances = relativeProducts(graph, { relative: relativeRows, size, shape });
  // The tables depend on weights alone; the runtime computes them once, when it loads the graph.
  const constant = constantLinear(graph);

  const rows = writeLayers(embedded, source, prefix, config, (states, name) => {
    const project = (part: string) =>
      splitHeads(graph, linear(states, `${name}${part}_proj`, hidden, hidden), shape, split);
    const parts = ['c2p', 'p2c'].filter((type) => types.includes(type)).length;
    const scale = graph.float(1 / Math.sqrt(size * (1 + parts)));
    const [query, key, value] = [graph.multiply(project('query'), scale), project('key'), project('value')];
    const tableOf = (part: 'query' | 'key') => {
      const weight = config.share_att_key ? `${name}${part}_proj` : `${name}pos_${part}_proj`;
      return graph.transpose(graph.reshape(constant(table, weight, hidden, hidden), 0, heads, size), 1, 0, 2);
    };
    const keyRows = types.includes('c2p') ? distances.rowsOf(tableOf('key'), 'queries') : undefined;
    const queryRows = types.includes('p2c')
      ? distances.rowsOf(graph.multiply(tableOf('query'), scale), 'keys')
      : undefined;
    const contexts: Value[] = [];
    for (let first = 0; first < heads; first += HEADS_AT_A_TIME) {
      const some = (values: Value, axis: number) => graph.slice(values, first, first + HEADS_AT_A_TIME, axis);
      const [someQuery, someKey] = [some(query, 1), some(key, 1)];
      // Content to content, content to position and position to content, [batch, heads, length, length].
      let scores = graph.apply('com.microsoft:FusedMatMul', [someQuery, someKey], { transB: 1 });
      if (keyRows !== undefined) scores = graph.add(scores, distances.multiply(someQuery, some(keyRows, 0)));
      if (queryRows !== undefined) {
        const byKey = distances.multiply(someKey, some(queryRows, 0));
        scores = graph.add(scores, graph.transpose(byKey, 0, 1, 3, 2));
      }
      contexts.push(weightValues(graph, graph.add(scores, mask), some(value, 1)));
    }
    return joinHeads(graph, graph.concat(1, contexts), hidden);
  });
  return { rows, relative };
}
