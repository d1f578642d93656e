import { z } from 'zod';
import { attend, batchShape, joinHeads, layerNorm, positions, splitHeads } from '../graph/layers.ts';
import { lookUp } from '../graph/linear.ts';
import { declareInput } from '../network.ts';
import { type EncodedRows, encoderConfig, type EncoderSource, parseConfig, writeLayers } from './encoder.ts';

const bertConfig = encoderConfig.extend({
  hidden_act: z.string().default('gelu'),
  layer_norm_eps: z.number().positive().default(1e-12),
  max_position_embeddings: z.number().int().positive(),
  type_vocab_size: z.number().int().positive(),
  position_embedding_type: z.literal('absolute').default('absolute'),
});

/**
 * An encoder of BERT's shape (Devlin et al. 2018, arXiv 1810.04805), as RoBERTa and XLM-R have it, too. Weights are named
 * from `prefix` on.
 *
 * @param firstPosition row of the table of positions that the first token has. @throws Error
 */
export function writeBert(source: EncoderSource, prefix: string, firstPosition: number): EncodedRows {
  const config = parseConfig(bertConfig, source.config);
  const { hidden_size: hidden, num_attention_heads: heads, max_position_embeddings: positionCount } = config;
  const { graph, linear, ids, bias } = source;
  const types = declareInput(graph, 'types');
  const shape = batchShape(graph, ids);

  const embeddings = `${prefix}embeddings.`;
  const table = (part: string, size: number) => graph.weight(`${embeddings}${part}_embeddings.weight`, [size, hidden]);
  // Padding may reach beyond the table; what it has there is never read.
  const positionRows = graph.apply('Min', [
    graph.add(positions(graph, shape), graph.integers(firstPosition)),
    graph.integers(positionCount - 1),
  ]);
  const words = lookUp(graph, `${embeddings}word_embeddings.weight`, [config.vocab_size, hidden], ids);
  const typed = graph.add(words, graph.gather(table('token_type', config.type_vocab_size), types));
  const embedded = graph.add(typed, graph.gather(table('position', positionCount), positionRows));
  const flat = graph.reshape(embedded, -1, hidden);
  const normal = layerNorm(graph, flat, `${embeddings}LayerNorm`, hidden, config.layer_norm_eps);

  const mask = graph.unsqueeze(bias, 1, 2);
  const size = hidden / heads;
  const rows = writeLayers(normal, source, prefix, config, (states, name) => {
    const project = (part: string) =>
      splitHeads(graph, linear(states, `${name}${part}`, hidden, hidden), shape, { heads, size });
    const query = graph.multiply(project('query'), graph.float(1 / Math.sqrt(size)));
    const context = attend(graph, { query, key: project('key'), value: project('value'), mask });
    return joinHeads(graph, context, hidden);
  });
  return { rows, maxTokens: positionCount - firstPosition };
}
