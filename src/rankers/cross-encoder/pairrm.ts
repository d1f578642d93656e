import { DebertaEncoder } from './architectures/deberta.ts';
import { GraphBuilder } from './graph/graph-builder.ts';
import { type Network, NETWORK_INPUTS, type SequenceWriter } from './network.ts';
import type { StoredTensors } from './checkpoint/stored-tensors.ts';
import { keepEnds, type Sequence } from './input/sequence.ts';
import { storedLinear } from './graph/linear.ts';
import type { TextTokens } from './input/text-tokens.ts';

/** Most tokens of the task's part, marks included; and of the whole (as published with the checkpoint). */
const SOURCE_TOKENS = 1224;
const ALL_TOKENS = 2048;

/** What begins each of the three parts. */
const MARKS = ['<|source|>', '<|candidate1|>', '<|candidate2|>'] as const;

/** Weights of the encoder and of the head are told apart by these beginnings. */
const ENCODER = 'pretrained_model.';
const HEAD = 'head_layer.';

/** True where the weights are those of a PairRM. */
export function isPairRm(tensors: StoredTensors): boolean {
  return tensors.has(`${HEAD}4.weight`) && tensors.has(`${ENCODER}embeddings.word_embeddings.weight`);
}

/**
 * PairRM (Jiang et al. 2023, arXiv 2306.02561, section 3): a DeBERTa reads the task and both candidates, and a small
 * network turns the hidden states of the three marks into a score of each candidate; the log-odds are their difference.
 */
export function pairRmNetwork(config: object, tensors: StoredTensors): Network {
  const encoder = new DebertaEncoder(config);
  const graph = new GraphBuilder(tensors);
  const linear = storedLinear(graph);
  const inputs = {
    ids: graph.input(NETWORK_INPUTS.ids, 'int64', ['batch', 'length']),
    bias: graph.input(NETWORK_INPUTS.bias, 'float32', ['batch', 'length']),
    relative: graph.input(NETWORK_INPUTS.relative, 'int64', [2, 'blocks', 'distances']),
  };
  const marks = graph.input(NETWORK_INPUTS.marks, 'int64', [MARKS.length, 'batch']);
  const rows = encoder.write(graph, linear, ENCODER, inputs);
  const stateOf = (mark: number) =>
    graph.apply('Gather', [
      rows,
      graph.apply('Squeeze', [graph.apply('Gather', [marks, graph.integers(mark)]), graph.integers(0)]),
    ]);
  const [, width = 0] = tensors.get(`${HEAD}1.weight`)?.shape ?? [];
  const [inner = 0] = tensors.get(`${HEAD}1.weight`)?.shape ?? [];
  const [tasks = 1] = tensors.get(`${HEAD}4.weight`)?.shape ?? [];
  const source = stateOf(0);
  const score = (mark: number) => {
    const both = graph.apply('Concat', [source, stateOf(mark)], { axis: { int: 1 } });
    const hidden = graph.apply('Tanh', [linear(both, `${HEAD}1`, width, inner)]);
    return linear(hidden, `${HEAD}4`, inner, tasks);
  };
  const difference = graph.apply('Sub', [score(1), score(2)]);
  const mean = graph.apply('ReduceMean', [difference, graph.integers(1)]);
  return {
    graph: graph.build(mean, 'scores'),
    relative: encoder.positions,
    padding: 0,
    createWriter: pairRmWriter,
  };
}

/**
 * `[CLS] <|source|> task [SEP] [CLS] <|candidate1|> left [SEP] [CLS] <|candidate2|> right [SEP]`. What the task leaves
 * of its room goes to the candidates, half each.
 *
 * @throws Error where the tokenizer lacks one of the marks.
 */
export function pairRmWriter(tokens: TextTokens): SequenceWriter {
  const [cls, sep, ...marks] = ['[CLS]', '[SEP]', ...MARKS].map((mark) => {
    const id = tokens.firstOf(mark);
    if (id === undefined) throw new Error(`the tokenizer has no token ${mark}.`);
    return id;
  }) as [number, number, ...number[]];
  const AROUND = 3;
  const part = (index: 0 | 1 | 2, text: string, most: number) => {
    const kept = keepEnds(tokens.encode(text, most, MARKS[index]), most - AROUND);
    return { ids: [cls, marks[index] ?? 0, ...kept.ids, sep], truncated: kept.truncated };
  };
  return {
    reads: 'pairs',
    write(task, left, right): Sequence {
      const source = part(0, task, SOURCE_TOKENS);
      const most = Math.floor((ALL_TOKENS - source.ids.length) / 2);
      const [first, second] = [part(1, left, most), part(2, right, most)];
      const ids = [...source.ids, ...first.ids, ...second.ids];
      return {
        ids,
        types: [],
        marks: [1, source.ids.length + 1, source.ids.length + first.ids.length + 1],
        truncated: source.truncated || first.truncated || second.truncated,
      };
    },
  };
}
