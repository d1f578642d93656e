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
  places,
  splitHeads,
} from '../graph/layers.ts';
import { lookUp } from '../graph/linear.ts';

const bertConfig = encoderConfig.extend({
  hidden_act: z.string().default('gelu'),
  layer_norm_eps: z.number().positive().default(1e-12),
  max_position_embeddings: z.number().int().positive(),
  type_vocab_size: z.number().int().positive(),
  position_embedding_type: z.literal('absolute').default('absolute'),
});

type BertConfig = z.infer<typeof bertConfig>;

/** The inputs of a BERT encoder. */
export interface BertInputs {
  /** int64 [batch, length]. */
  readonly ids: Value;
  /** int64 [batch, length]; all of a network with one type are 0. */
  readonly types: Value;
  /** float32 [batch, length]: 0 for a token, very negative for padding. */
  readonly bias: Value;
}

/** An encoder of BERT's shape (Devlin et al. 2018, arXiv 1810.04805), as RoBERTa and XLM-R have it, too. */
export class BertEncoder {
  /** Most tokens that have a position. */
  readonly maxTokens: number;
  readonly #config: BertConfig;
  readonly #firstPosition: number;

  /** @param firstPosition row of the table of positions that the first token has. @throws Error */
  constructor(config: object, firstPosition: number) {
    this.#config = parseConfig(bertConfig, config);
    this.#firstPosition = firstPosition;
    this.maxTokens = this.#config.max_position_embeddings - firstPosition;
  }

  /** The hidden states, [batch · length, hidden]. Weights are named from `prefix` on. */
  write(graph: GraphBuilder, linear: Linear, prefix: string, { ids, types, bias }: BertInputs): Value {
    const { hidden_size: hidden, intermediate_size: intermediate } = this.#config;
    const shape = batchShape(graph, ids);
    let rows = graph.apply('Reshape', [
      this.#embed(graph, `${prefix}embeddings.`, { ids, types, shape }),
      graph.integers(-1, hidden),
    ]);
    rows = this.#norm(graph, rows, `${prefix}embeddings.LayerNorm`);
    const keyMask = graph.apply('Unsqueeze', [bias, graph.integers(1, 2)]);
    for (let layer = 0; layer < this.#config.num_hidden_layers; layer++) {
      const name = `${prefix}encoder.layer.${layer}.`;
      const context = this.#attend(graph, linear, `${name}attention.self.`, { rows, keyMask, shape });
      const attended = linear(context, `${name}attention.output.dense`, hidden, hidden);
      rows = this.#norm(graph, graph.apply('Add', [attended, rows]), `${name}attention.output.LayerNorm`);
      const inner = activate(
        graph,
        linear(rows, `${name}intermediate.dense`, hidden, intermediate),
        this.#config.hidden_act,
      );
      const outer = linear(inner, `${name}output.dense`, intermediate, hidden);
      rows = this.#norm(graph, graph.apply('Add', [outer, rows]), `${name}output.LayerNorm`);
    }
    return rows;
  }

  #norm(graph: GraphBuilder, rows: Value, name: string): Value {
    return layerNorm(graph, rows, name, this.#config.hidden_size, this.#config.layer_norm_eps);
  }

  /** Words, positions and types, added: [batch, length, hidden]. */
  #embed(
    graph: GraphBuilder,
    name: string,
    { ids, types, shape }: { ids: Value; types: Value; shape: BatchShape },
  ): Value {
    const { hidden_size: hidden, vocab_size, max_position_embeddings, type_vocab_size } = this.#config;
    const table = (part: string, size: number) => graph.weight(`${name}${part}_embeddings.weight`, [size, hidden]);
    const rows = graph.apply('Add', [places(graph, shape), graph.integers(this.#firstPosition)]);
    // Padding may reach beyond the table; what it has there is never read.
    const positions = graph.apply('Min', [rows, graph.integers(max_position_embeddings - 1)]);
    const words = lookUp(graph, `${name}word_embeddings.weight`, [vocab_size, hidden], ids);
    const typed = graph.apply('Add', [words, graph.apply('Gather', [table('token_type', type_vocab_size), types])]);
    return graph.apply('Add', [typed, graph.apply('Gather', [table('position', max_position_embeddings), positions])]);
  }

  #attend(
    graph: GraphBuilder,
    linear: Linear,
    name: string,
    { rows, keyMask, shape }: { rows: Value; keyMask: Value; shape: BatchShape },
  ): Value {
    const { hidden_size: hidden, num_attention_heads: heads } = this.#config;
    const split = { heads, size: hidden / heads };
    const project = (part: string) => splitHeads(graph, linear(rows, `${name}${part}`, hidden, hidden), shape, split);
    const query = graph.apply('Mul', [project('query'), graph.float(1 / Math.sqrt(split.size))]);
    const key = graph.apply('Transpose', [project('key')], { perm: { ints: [0, 1, 3, 2] } });
    const scores = graph.apply('Add', [graph.apply('MatMul', [query, key]), keyMask]);
    const weights = graph.apply('Softmax', [scores], { axis: { int: -1 } });
    return joinHeads(graph, graph.apply('MatMul', [weights, project('value')]), hidden);
  }
}
