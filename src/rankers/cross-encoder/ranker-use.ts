import { z } from 'zod';
import { parseConfig } from './architectures/encoder.ts';
import { type InputTemplate, parseTemplate } from './input/template.ts';

const labels = z.union([z.string(), z.array(z.string()).min(1)]).transform((names) => [names].flat());

/** What `ranker.json` says, beside the `config.json` of a classifier: how it is used as a ranker. */
const rankerFile = z.strictObject({
  /** One or two texts, as they are given to the tokenizer, with {task} and {text}, or {left} and {right}. */
  input: z
    .union([z.string(), z.tuple([z.string()]), z.tuple([z.string(), z.string()])])
    .transform((texts) => [texts].flat())
    .optional(),
  /** Labels that say: this text is good, or left is better. */
  better: labels.optional(),
  /** Labels that say the opposite. */
  worse: labels.optional(),
  /** Most tokens, special tokens included. */
  max_length: z.number().int().positive().optional(),
});

const labelConfig = z.object({
  id2label: z.record(z.string(), z.string()).optional(),
  problem_type: z.string().nullable().default(null),
});

/** How a classifier is used as a ranker. */
export interface RankerUse {
  readonly input: InputTemplate;
  /** Outputs that say better, and those that say worse; none where the score is the output itself. */
  readonly better: readonly number[];
  readonly worse: readonly number[];
  /** Most tokens of a sequence; undefined where only the network sets a limit. */
  readonly maxTokens: number | undefined;
}

/** Pairs of names that leave no doubt, for one text and for two. */
const KNOWN_LABELS = {
  texts: [
    ['chosen', 'rejected'],
    ['good', 'bad'],
  ],
  pairs: [
    ['left', 'right'],
    ['first', 'second'],
    ['a', 'b'],
    ['model_a', 'model_b'],
    ['winner_model_a', 'winner_model_b'],
  ],
} as const;

/** What a reward model reads, if nothing else is said. */
const TASK_AND_TEXT = ['{task}', '{text}'];

/**
 * How a classifier with so many outputs is used: what `ranker.json` says, else what `config.json` leaves no doubt about.
 *
 * @throws Error that says what to write.
 */
export function rankerUse(config: object, given: object | undefined, outputs: number): RankerUse {
  const file = parseFile(given ?? {});
  const { id2label = {}, problem_type: problem } = parseConfig(labelConfig, config);
  const names = Array.from({ length: outputs }, (_, index) => id2label[index] ?? `LABEL_${index}`);
  const input = parseTemplate(file.input ?? TASK_AND_TEXT);
  const indicesOf = (wanted: readonly string[]) =>
    wanted.map((label) => {
      const index = names.indexOf(label);
      if (index !== -1) return index;
      throw new Error(`ranker.json names the label ${label}; the labels of config.json are ${names.join(', ')}.`);
    });
  const found = file.better === undefined && file.worse === undefined ? knownLabels(names, input.reads) : file;
  const better = indicesOf(found?.better ?? []);
  const worse = indicesOf(found?.worse ?? []);
  // Labels of which one holds mean something in comparison only; others stand alone, and cannot be summed.
  const areAlternatives = outputs > 1 && (problem === null || problem === 'single_label_classification');
  if (better.length === 0 || (worse.length === 0 && areAlternatives) || better.some((index) => worse.includes(index))) {
    throw new Error(unclearLabels(names, given !== undefined));
  }
  if (!areAlternatives && Math.max(better.length, worse.length) > 1) {
    throw new Error(
      `its labels are no alternatives (${problem}), so ranker.json may name one as better and one as worse.`,
    );
  }
  return { input, better, worse, maxTokens: file.max_length };
}

function parseFile(given: object): z.infer<typeof rankerFile> {
  const parsed = rankerFile.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new Error(`its ranker.json cannot be used: ${z.prettifyError(parsed.error)}. ${EXAMPLE}`);
}

/** The labels whose names say what they mean. */
function knownLabels(
  names: readonly string[],
  reads: keyof typeof KNOWN_LABELS,
): { better: readonly string[]; worse: readonly string[] } | undefined {
  if (names.length === 1) return { better: names, worse: [] };
  for (const [better, worse] of KNOWN_LABELS[reads]) {
    const [first, second] = [better, worse].map((known) => names.find((name) => name.toLowerCase() === known));
    if (first !== undefined && second !== undefined) return { better: [first], worse: [second] };
  }
  return undefined;
}

const EXAMPLE =
  'For a classifier that reads both candidates it is such as {"input": ["{task}", "{left}[SEP]{right}"], "better": "LABEL_0", "worse": "LABEL_1"}, for one that reads a single one such as {"input": ["{task}", "{text}"], "better": "LABEL_1", "worse": "LABEL_0"}.';

function unclearLabels(names: readonly string[], hasFile: boolean): string {
  const what = hasFile ? 'Its ranker.json must say' : 'Write a file ranker.json beside its config.json that says';
  return `it has the labels ${names.join(', ')}, and which of them speak for a candidate and which against it is not known. ${what} so. ${EXAMPLE}`;
}
