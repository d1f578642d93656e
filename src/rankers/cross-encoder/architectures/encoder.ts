import { z } from 'zod';
import type { GraphBuilder, Value } from '../graph/graph-builder.ts';
import { activate, layerNorm, type Linear } from '../graph/layers.ts';
import type { RelativePositions } from './relative-positions.ts';

/** What the encoder of an architecture is written from. */
export interface EncoderSource {
  /** The contents of `config.json`. */
  readonly config: object;
  readonly graph: GraphBuilder;
  readonly linear: Linear;
  /** int64 [batch, length]. */
  readonly ids: Value;
  /** float32 [batch, length]: 0 for a token, very negative for padding. */
  readonly bias: Value;
}

/** What an encoder makes of a sequence. */
export interface EncodedRows {
  /** Hidden states, [batch · length, hidden]. */
  readonly rows: Value;
  /** Most tokens of a sequence; undefined where positions are relative, so that the network sets no limit. */
  readonly maxTokens?: number;
  /** Where distances are inputs. */
  readonly relative?: RelativePositions;
}

const size = z.number().int().positive();

/** The fields that every encoder has in `config.json`. */
export const encoderConfig = z.object({
  vocab_size: size,
  hidden_size: size,
  num_hidden_layers: size,
  num_attention_heads: size,
  intermediate_size: size,
});

/** @throws Error that says which fields are wrong. */
export function parseConfig<SCHEMA extends z.ZodType>(schema: SCHEMA, config: object): z.infer<SCHEMA> {
  const parsed = schema.safeParse(config);
  if (!parsed.success) throw new Error(`it does not describe such a network: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** The configuration of {@link writeLayers}. */
export type LayersConfig = z.infer<typeof encoderConfig> & { hidden_act: string; layer_norm_eps: number };

/**
 * The layers of BERT and DeBERTa: attention and a feed-forward network, what each gives added to its input and
 * normalised. Weights are named from `prefix` on.
 *
 * @param attend what each position takes from all others, [batch · length, hidden]; its weights are named from `name` on.
 */
export function writeLayers(
  embedded: Value,
  { graph, linear }: Pick<EncoderSource, 'graph' | 'linear'>,
  prefix: string,
  config: LayersConfig,
  attend: (rows: Value, name: string) => Value,
): Value {
  const { hidden_size: hidden, intermediate_size: intermediate } = config;
  let rows = embedded;
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const name = `${prefix}encoder.layer.${layer}.`;
    const addAndNorm = (change: Value, part: string) =>
      layerNorm(graph, graph.add(change, rows), `${name}${part}.LayerNorm`, hidden, config.layer_norm_eps);
    const context = attend(rows, `${name}attention.self.`);
    rows = addAndNorm(linear(context, `${name}attention.output.dense`, hidden, hidden), 'attention.output');
    const inner = activate(graph, linear(rows, `${name}intermediate.dense`, hidden, intermediate), config.hidden_act);
    rows = addAndNorm(linear(inner, `${name}output.dense`, intermediate, hidden), 'output');
  }
  return rows;
}
