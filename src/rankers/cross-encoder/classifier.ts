import { z } from 'zod';
import { ARCHITECTURES, type Architecture } from './architectures/architectures.ts';
import { parseConfig } from './architectures/encoder.ts';
import type { Checkpoint } from './checkpoint/checkpoint.ts';
import { GraphBuilder, type Value } from './graph/graph-builder.ts';
import { activate, batchShape, layerNorm } from './graph/layers.ts';
import { floatLinear, storedLinear } from './graph/linear.ts';
import { templateWriter } from './input/template-writer.ts';
import { type Network, declareInput } from './network.ts';
import { type RankerUse, rankerUse } from './ranker-use.ts';

const classifierConfig = z.looseObject({
  model_type: z.string(),
  hidden_size: z.number().int().positive(),
  pad_token_id: z.number().int().nonnegative().default(0),
  max_position_embeddings: z.number().int().positive(),
  /** Which state the head reads: of the first token, or the mean of all. */
  classifier_pooling: z.enum(['cls', 'mean']).default('cls'),
  /** Of the norm in the head, where there is one. */
  norm_eps: z.number().positive().default(1e-5),
});

type ClassifierConfig = z.infer<typeof classifierConfig>;

/**
 * A classifier as a ranker (`…ForSequenceClassification`): an encoder reads the task with one candidate or both, and its
 * outputs become one number: how good the candidate is, or the log-odds that left is better.
 *
 * @throws Error where the architecture is not known, or what its outputs mean is not clear.
 */
export function classifierNetwork(checkpoint: Pick<Checkpoint, 'config' | 'ranker' | 'tensors'>): Network {
  const { config, ranker, tensors } = checkpoint;
  const parsed = parseConfig(classifierConfig, config);
  const { model_type: type, pad_token_id: padding, max_position_embeddings: positions } = parsed;
  const architecture = ARCHITECTURES[type];
  if (architecture === undefined) {
    throw new Error(`the architecture ${type} is not known, only ${Object.keys(ARCHITECTURES).join(', ')} and PairRM.`);
  }
  const outputs = tensors.get(`${architecture.head.output}.weight`)?.shape[0];
  if (outputs === undefined) {
    throw new Error(`it is no classifier: it has no ${architecture.head.output}.weight.`);
  }
  const use = rankerUse(config, ranker, outputs);
  const graph = new GraphBuilder(tensors);
  const linear = storedLinear(graph);
  const ids = declareInput(graph, 'ids');
  const bias = declareInput(graph, 'bias');
  const source = { config, graph, linear, ids, bias };
  const { rows, relative, maxTokens } = architecture.writeEncoder(source, architecture.prefix, padding);
  if (maxTokens !== undefined && (use.maxTokens ?? 0) > maxTokens) {
    throw new Error(`ranker.json has max_length ${use.maxTokens}; the network has ${maxTokens} positions.`);
  }
  const pooled = parsed.classifier_pooling === 'mean' ? meanRows(graph, rows, { ids, bias }) : firstRows(graph, rows);
  const logits = writeHead(graph, pooled, architecture, parsed, outputs);
  return {
    graph: graph.build(writeScore(graph, logits, use, outputs), 'scores'),
    relative,
    padding,
    createWriter: (tokens) =>
      templateWriter(use.input, {
        tokens,
        maxTokens: use.maxTokens ?? maxTokens ?? positions,
        form: architecture.form,
      }),
  };
}

/** The state of each sequence's first token, [batch, hidden]. */
function firstRows(graph: GraphBuilder, rows: Value): Value {
  const headRows = declareInput(graph, 'headRows');
  return graph.gather(rows, graph.apply('Squeeze', [headRows, graph.integers(0)]));
}

/** The mean of each sequence's states without its padding, [batch, hidden]. */
function meanRows(graph: GraphBuilder, rows: Value, { ids, bias }: { ids: Value; bias: Value }): Value {
  const { batch, length } = batchShape(graph, ids);
  const shape = graph.concat(0, [batch, length, graph.integers(-1)]);
  // The bias is 0 for a token and very negative for padding, so its exponential is 1 or 0.
  const counts = graph.unsqueeze(graph.apply('Exp', [bias]), 2);
  const kept = graph.multiply(graph.apply('Reshape', [rows, shape]), counts);
  const sum = (values: Value) => graph.apply('ReduceSum', [values, graph.integers(1)], { keepdims: 0 });
  return graph.apply('Div', [sum(kept), sum(counts)]);
}

/** Pooled states to one number for each label, [batch, outputs]. */
function writeHead(
  graph: GraphBuilder,
  pooled: Value,
  { head }: Architecture,
  config: ClassifierConfig,
  outputs: number,
): Value {
  const { hidden_size: hidden, norm_eps: epsilon } = config;
  // So few rows that nothing is won by computing them in less than full precision.
  const exact = floatLinear(graph);
  const { activation } = head;
  const name = typeof activation === 'string' ? activation : (config[activation.field] ?? activation.otherwise);
  let states = activate(graph, exact(pooled, head.dense, hidden, hidden), String(name));
  if (head.norm !== undefined) states = layerNorm(graph, states, head.norm, hidden, epsilon);
  return exact(states, head.output, hidden, outputs);
}

/**
 * Log-odds of the labels that say better against those that say worse, [batch, 1]: the difference of their logits, summed
 * as probabilities where there are several. All other labels are left out.
 */
function writeScore(graph: GraphBuilder, logits: Value, { better, worse }: RankerUse, outputs: number): Value {
  if (outputs === 1) return logits;
  const together = (indices: readonly number[]) => {
    const chosen = graph.gather(logits, graph.integers(...indices), 1);
    return indices.length === 1 ? chosen : graph.apply('ReduceLogSumExp', [chosen, graph.integers(1)]);
  };
  return worse.length === 0 ? together(better) : graph.apply('Sub', [together(better), together(worse)]);
}
