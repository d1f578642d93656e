import type { SequenceWriter } from '../onnx/onnx-ranker.ts';
import { writeDeberta } from './architectures/deberta.ts';
import type { StoredTensors } from './checkpoint/checkpoint.ts';
import { GraphBuilder } from './graph/graph-builder.ts';
import { storedLinear } from './graph/linear.ts';
import { keepEnds, type Sequence, type TextTokens } from './input/text-tokens.ts';
import { type Network, declareInput } from './network.ts';

/** Most tokens of the task's part, special tokens included; and of the whole (as published with the checkpoint). */
const SOURCE_TOKENS = 1224;
const ALL_TOKENS = 2048;

/** The special tokens that begin the three parts. */
const PART_TOKENS = ['<|source|>', '<|candidate1|>', '<|candidate2|>'] as const;

/** The prefixes of the weights of encoder and head. */
const ENCODER = 'pretrained_model.';
const HEAD = 'head_layer.';

/** True where the weights are those of a PairRM. */
export function isPairRm(tensors: StoredTensors): boolean {
  return tensors.has(`${HEAD}4.weight`) && tensors.has(`${ENCODER}embeddings.word_embeddings.weight`);
}

/**
 * PairRM (Jiang et al. 2023, arXiv 2306.02561, section 3): a DeBERTa reads the task and both candidates, and a small
 * network turns the hidden states of the three {@link PART_TOKENS} into a score of each candidate; the log-odds are
 * their difference.
 */
export function pairRmNetwork(config: object, tensors: StoredTensors): Network {
  const graph = new GraphBuilder(tensors);
  const linear = storedLinear(graph);
  const ids = declareInput(graph, 'ids');
  const bias = declareInput(graph, 'bias');
  const headRows = declareInput(graph, 'headRows');
  const { rows, relative } = writeDeberta({ config, graph, linear, ids, bias }, ENCODER);
  const stateOf = (part: number) =>
    graph.gather(rows, graph.apply('Squeeze', [graph.gather(headRows, graph.integers(part)), graph.integers(0)]));
  const [inner = 0, width = 0] = tensors.get(`${HEAD}1.weight`)?.shape ?? [];
  const [outputs = 1] = tensors.get(`${HEAD}4.weight`)?.shape ?? [];
  const source = stateOf(0);
  const score = (part: number) => {
    const both = graph.concat(1, [source, stateOf(part)]);
    const hidden = graph.apply('Tanh', [linear(both, `${HEAD}1`, width, inner)]);
    return linear(hidden, `${HEAD}4`, inner, outputs);
  };
  const difference = graph.apply('Sub', [score(1), score(2)]);
  const mean = graph.apply('ReduceMean', [difference, graph.integers(1)]);
  return { graph: graph.build(mean, 'scores'), relative, padding: 0, createWriter: pairRmWriter };
}

/**
 * `[CLS] <|source|> task [SEP] [CLS] <|candidate1|> left [SEP] [CLS] <|candidate2|> right [SEP]`. What the task leaves
 * of its room goes to the candidates, half each.
 *
 * @throws Error where the tokenizer lacks one of the special tokens.
 */
function pairRmWriter(tokens: TextTokens): SequenceWriter<Sequence> {
  const [cls, sep] = [tokens.idOf('[CLS]'), tokens.idOf('[SEP]')];
  const starts = PART_TOKENS.map((token) => ({ token, id: tokens.idOf(token) }));
  const SPECIAL_TOKENS = 3;
  const part = (index: 0 | 1 | 2, text: string, most: number) => {
    const { token = '', id = 0 } = starts[index] ?? {};
    const kept = keepEnds(tokens.encode(text, most, token), most - SPECIAL_TOKENS);
    return { ids: [cls, id, ...kept.ids, sep], truncated: kept.truncated };
  };
  return {
    reads: 'pairs',
    write(task, left, right) {
      const source = part(0, task, SOURCE_TOKENS);
      const most = Math.floor((ALL_TOKENS - source.ids.length) / 2);
      const [first, second] = [part(1, left, most), part(2, right, most)];
      return {
        ids: [...source.ids, ...first.ids, ...second.ids],
        types: [],
        headPositions: [1, source.ids.length + 1, source.ids.length + first.ids.length + 1],
        truncated: source.truncated || first.truncated || second.truncated,
      };
    },
  };
}
