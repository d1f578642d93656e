import { ValueProblem } from '../../records/index.ts';
import { isObject, type UnknownObject } from '../../util/is-object.ts';
import type { CandidateVerdict } from '../../measures/index.ts';
import type { Outcome } from '../../statistics/index.ts';
import { type LabelledRecord, rawsOf, readCandidates } from './candidate-labels.ts';
import type { Example, ExampleCandidate } from './example.ts';
import { isAbsent, numberOf, refuse, textsOf } from './row-values.ts';
import { placeNamed, readPairLabel } from './verdicts.ts';

const REFERENCE_NAMES = [
  'references',
  'reference',
  'reference_answer',
  'orig_reference_answer',
  'gold',
  'target',
  'ideal',
  'expected_output',
];
const CATEGORY_NAMES = ['category', 'subset', 'dataset', 'source', 'section', 'domain', 'task_type', 'language'];
const OUTCOMES: ReadonlySet<unknown> = new Set<Outcome>(['left', 'right', 'tie', 'both-bad']);

/** What is known of a record besides its question and its texts. */
export type Labels = Pick<Example, 'candidates' | 'verdicts' | 'references' | 'category'>;

/** Reads verdicts, preferences, references and category from the rows of a record. @throws ValueProblem */
export function readLabels(given: LabelledRecord): Labels {
  const candidates = readCandidates(given);
  return {
    candidates,
    verdicts: readVerdicts(given, candidates),
    references: readReferences(given.row),
    category: readCategory(given.row),
  };
}

function readVerdicts(given: LabelledRecord, candidates: readonly ExampleCandidate[]): readonly CandidateVerdict[] {
  const { row, note } = given;
  if (candidates.length === 0) return [];
  const { verdicts } = row;
  if (Array.isArray(verdicts)) return verdicts.map((verdict, index) => checkVerdict(verdict, index, candidates.length));
  if (candidates.length === 1) return [];
  return (
    readChosen(given) ??
    readCorrectness(given) ??
    readChosenText(row, candidates) ??
    (candidates.length === 2 ? asList(readPairLabel(row, candidates, note)) : readBest(row, candidates, note)) ??
    readRanks(given) ??
    []
  );
}

/** Each chosen answer beats each rejected one, unless they are the same. */
function readChosen({ record: { candidates }, note }: LabelledRecord): readonly CandidateVerdict[] | undefined {
  if (candidates.every(({ isChosen }) => isChosen === undefined)) return undefined;
  const all = betterThan(candidates.map(({ isChosen }) => (isChosen === true ? 1 : 0)));
  const verdicts = all.filter(({ left, right }) => candidates[left]?.text !== candidates[right]?.text);
  if (verdicts.length < all.length)
    note('a chosen and a rejected answer are the same, so there is no verdict on them.');
  return verdicts;
}

function asList(verdict: CandidateVerdict | undefined): readonly CandidateVerdict[] | undefined {
  return verdict && [verdict];
}

/** A verdict for each pair of which one has the higher number. */
function betterThan(numbers: readonly number[]): readonly CandidateVerdict[] {
  return numbers.flatMap((number, left) =>
    numbers.flatMap((other, right) => (number > other ? [{ left, right, outcome: 'left' as const }] : [])),
  );
}

/** A list `labels` says of each answer whether it is right; each right one beats each wrong one. @throws ValueProblem */
function readCorrectness({ row, record }: LabelledRecord): readonly CandidateVerdict[] | undefined {
  const { labels } = row;
  if (!Array.isArray(labels) || labels.length !== record.candidates.length) return undefined;
  const numbers = labels.map((label: unknown) => (typeof label === 'boolean' ? Number(label) : numberOf(label)));
  if (numbers.some((number) => number !== 0 && number !== 1)) return undefined;
  if ('completions' in row && labels.every((label) => typeof label === 'boolean')) {
    throw new ValueProblem(
      'completions with true or false in labels are the steps of one answer, as process reward models are trained on, and no candidates.',
    );
  }
  return betterThan(numbers.map(Number));
}

/** `chosen` and `rejected` beside a list of candidates: two of these. @throws ValueProblem */
function readChosenText(
  row: UnknownObject,
  candidates: readonly ExampleCandidate[],
): readonly CandidateVerdict[] | undefined {
  if (typeof row['chosen'] !== 'string' || typeof row['rejected'] !== 'string') return undefined;
  const [left, right] = ['chosen', 'rejected'].map((name) => {
    const place = candidates.findIndex(({ text }) => text === row[name]);
    if (place === -1) throw refuse(name, row[name], 'the text of one of the candidates');
    return place;
  });
  return left === undefined || right === undefined || left === right ? [] : [{ left, right, outcome: 'left' }];
}

/** The winner of more than two candidates beats each of the others. */
function readBest(
  { winner }: UnknownObject,
  candidates: readonly ExampleCandidate[],
  note: (text: string) => void,
): readonly CandidateVerdict[] | undefined {
  if (isAbsent(winner) || winner === '') return undefined;
  const best = placeNamed(winner, candidates);
  if (best !== undefined) return betterThan(candidates.map((_, place) => (place === best ? 1 : 0)));
  note(`winner is ${JSON.stringify(winner)}, and no candidate has this name alone, so there is no verdict.`);
  return undefined;
}

/** The ranks of candidates, 1 = best, as in Nectar. With a score beside it, a rank is that of a ranker. */
function readRanks(given: LabelledRecord): readonly CandidateVerdict[] | undefined {
  const raws = rawsOf(given);
  const ranks = raws?.map((raw) => (isObject(raw) && isAbsent(raw['score']) ? numberOf(raw['rank']) : undefined));
  if (ranks === undefined || ranks.every((rank) => rank === undefined)) return undefined;
  return ranks.flatMap((rank, left) =>
    ranks.flatMap((other, right): readonly CandidateVerdict[] => {
      if (rank === undefined || other === undefined || right <= left) return [];
      return [{ left, right, outcome: rank < other ? 'left' : rank > other ? 'right' : 'tie' }];
    }),
  );
}

function checkVerdict(given: unknown, index: number, count: number): CandidateVerdict {
  const known = isObject(given) ? given : {};
  const isIndex = (value: unknown): value is number =>
    Number.isInteger(value) && Number(value) >= 0 && Number(value) < count;
  const { left, right, outcome } = known;
  if (isIndex(left) && isIndex(right) && left !== right && OUTCOMES.has(outcome)) {
    return { left, right, outcome: outcome as Outcome };
  }
  throw refuse(
    `verdicts[${index}]`,
    given,
    `{left, right, outcome}: two different candidates from 0 to ${count - 1}, and left, right, tie or both-bad`,
  );
}

function readReferences(row: UnknownObject): readonly string[] {
  const name = REFERENCE_NAMES.find((one) => !isAbsent(row[one]));
  if (name === undefined) return [];
  const value = row[name];
  // A number or a table may be a reference for a program, and is none for a text.
  return typeof value === 'string' || Array.isArray(value) ? textsOrNone(row, name) : [];
}

function textsOrNone(row: UnknownObject, name: string): readonly string[] {
  try {
    return textsOf(row, name);
  } catch (error) {
    if (Array.isArray(row[name]) && row[name].length === 0) return [];
    throw error instanceof ValueProblem ? error : new ValueProblem(String(error));
  }
}

/** The first category that is there: a text, or a list of one. */
export function readCategory(row: UnknownObject): string | undefined {
  for (const name of CATEGORY_NAMES) {
    const value = row[name];
    const [only, ...more] = Array.isArray(value) ? (value as readonly unknown[]) : [value];
    if (typeof only === 'string' && only.trim() !== '' && more.length === 0) return only;
  }
  return undefined;
}
