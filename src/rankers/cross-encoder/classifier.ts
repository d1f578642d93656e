import { z } from 'zod';
import { BertEncoder } from './bert.ts';
import { DebertaEncoder } from './deberta.ts';
import { parseConfig } from './encoder-config.ts';
import { GraphBuilder, type Value } from './graph-builder.ts';
import { activate } from './layers.ts';
import { type Network, NETWORK_INPUTS, type SequenceWriter } from './network.ts';
import type { RelativePositions } from './relative-positions.ts';
import type { StoredTensors } from './safetensors.ts';
import { keepEnds, type Sequence } from './sequence.ts';
import { storedLinear } from './stored-weights.ts';
import type { TextTokens } from './text-tokens.ts';

const classifierConfig = z.object({
  model_type: z.string(),
  hidden_size: z.number().int().positive(),
  pad_token_id: z.number().int().nonnegative().default(0),
  max_position_embeddings: z.number().int().positive(),
  pooler_hidden_act: z.string().default('gelu'),
});

/** What tells one architecture from another. */
interface Architecture {
  /** What the names of the encoder's weights begin with. */
  readonly prefix: string;
  /** The marks: at the beginning, between the parts, and at the end. */
  readonly begin: string;
  readonly between: readonly string[];
  readonly end: string;
  /** True where the second part is told apart by its type. */
  readonly typed: boolean;
  /** The layer between the first token's state and the result, and its activation. */
  readonly pooler: string;
  readonly activation: string | 'configured';
  readonly output: string;
}

const BERT_MARKS = { begin: '[CLS]', between: ['[SEP]'], end: '[SEP]' } as const;

const ROBERTA: Architecture = {
  prefix: 'roberta.',
  begin: '<s>',
  between: ['</s>', '</s>'],
  end: '</s>',
  typed: false,
  pooler: 'classifier.dense',
  activation: 'tanh',
  output: 'classifier.out_proj',
};

/** The architectures that are known, by `model_type`. */
const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  bert: {
    ...BERT_MARKS,
    prefix: 'bert.',
    typed: true,
    pooler: 'bert.pooler.dense',
    activation: 'tanh',
    output: 'classifier',
  },
  roberta: ROBERTA,
  'xlm-roberta': ROBERTA,
  'deberta-v2': {
    ...BERT_MARKS,
    prefix: 'deberta.',
    typed: false,
    pooler: 'pooler.dense',
    activation: 'configured',
    output: 'classifier',
  },
};

/**
 * A reward model: an encoder reads the task and one candidate, and the first token's state becomes one number, the
 * higher the better (`…ForSequenceClassification` with one label).
 *
 * @throws Error where the architecture or the shape of its result is not known.
 */
export function classifierNetwork(config: object, tensors: StoredTensors): Network {
  const parsed = parseConfig(classifierConfig, config);
  const { model_type: type, hidden_size: hidden, pad_token_id: padding } = parsed;
  const architecture = ARCHITECTURES[type];
  if (architecture === undefined) {
    throw new Error(`the architecture ${type} is not known, only ${Object.keys(ARCHITECTURES).join(', ')} and PairRM.`);
  }
  const labels = tensors.get(`${architecture.output}.weight`)?.shape[0];
  if (labels !== 1) {
    throw new Error(
      `a reward model has one label; this one has ${labels ?? 'no layer'} ${architecture.output}.weight.`,
    );
  }
  const graph = new GraphBuilder(tensors);
  const linear = storedLinear(graph);
  const ids = graph.input(NETWORK_INPUTS.ids, 'int64', ['batch', 'length']);
  const bias = graph.input(NETWORK_INPUTS.bias, 'float32', ['batch', 'length']);
  let rows: Value;
  let relative: RelativePositions | undefined;
  let mostTokens = parsed.max_position_embeddings;
  if (type === 'deberta-v2') {
    const encoder = new DebertaEncoder(config);
    const distances = graph.input(NETWORK_INPUTS.relative, 'int64', [2, 'blocks', 'distances']);
    rows = encoder.write(graph, linear, architecture.prefix, { ids, bias, relative: distances });
    relative = encoder.positions;
  } else {
    // RoBERTa's table of positions begins behind the row of the padding.
    const encoder = new BertEncoder(config, architecture === ROBERTA ? padding + 1 : 0);
    const types = graph.input(NETWORK_INPUTS.types, 'int64', ['batch', 'length']);
    rows = encoder.write(graph, linear, architecture.prefix, { ids, types, bias });
    mostTokens = encoder.mostTokens;
  }
  const marks = graph.input(NETWORK_INPUTS.marks, 'int64', [1, 'batch']);
  const first = graph.apply('Gather', [rows, graph.apply('Squeeze', [marks, graph.integers(0)])]);
  const activation = architecture.activation === 'configured' ? parsed.pooler_hidden_act : architecture.activation;
  const pooled = activate(graph, linear(first, architecture.pooler, hidden, hidden), activation);
  return {
    graph: graph.build(linear(pooled, architecture.output, hidden, 1), 'scores'),
    relative,
    padding,
    createWriter: (tokens) => textPairWriter(tokens, architecture, mostTokens),
  };
}

/** Begin mark, task, marks between, candidate, end mark. Where both are long, each has half of the room. */
function textPairWriter(tokens: TextTokens, architecture: Architecture, mostTokens: number): SequenceWriter {
  const idOf = (mark: string): number => {
    const id = tokens.firstOf(mark);
    if (id === undefined) throw new Error(`the tokenizer has no token ${mark}.`);
    return id;
  };
  const [begin, end] = [idOf(architecture.begin), idOf(architecture.end)];
  const between = architecture.between.map(idOf);
  const room = mostTokens - 2 - between.length;
  return {
    reads: 'texts',
    write(task, text): Sequence {
      const [first, second] = [tokens.encode(task, mostTokens), tokens.encode(text, mostTokens)];
      const half = Math.floor(room / 2);
      const question = keepEnds(first, Math.max(half, room - second.ids.length));
      const answer = keepEnds(second, room - question.ids.length);
      const start = [begin, ...question.ids, ...between];
      const rest = [...answer.ids, end];
      return {
        ids: [...start, ...rest],
        types: architecture.typed ? [...start.map(() => 0), ...rest.map(() => 1)] : [],
        marks: [0],
        truncated: question.truncated || answer.truncated,
      };
    },
  };
}
