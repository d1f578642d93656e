import { type DataRecord, ValueProblem } from '../../records/index.ts';
import { isObject, type UnknownObject } from '../../util/is-object.ts';
import type { CandidateVerdict } from '../../measures/index.ts';
import type { Outcome } from '../../statistics/index.ts';
import type { Example, ExampleCandidate } from './example.ts';
import { isAbsent, refuse, textsOf } from './row-values.ts';
import { readPairLabel } from './verdicts.ts';

const REFERENCE_NAMES = ['references', 'reference', 'reference_answer', 'gold', 'target', 'ideal', 'expected_output'];
const CATEGORY_NAMES = ['category', 'subset', 'dataset', 'source', 'section', 'task_type', 'language'];
const CANDIDATE_LISTS = ['candidates', 'responses', 'outputs', 'completions', 'answers', 'generations'];
const OUTCOMES: ReadonlySet<unknown> = new Set<Outcome>(['left', 'right', 'tie', 'both-bad']);

/** What is known of a record besides its question and its texts. */
export type Labels = Pick<Example, 'candidates' | 'verdicts' | 'references' | 'category'>;

/** Reads verdicts, preferences, references and category from the row of a record. @throws ValueProblem */
export function readLabels(given: unknown, record: DataRecord): Labels {
  const row = isObject(given) ? given : {};
  const models = record.candidates.map(({ model }) => model);
  return {
    candidates: readCandidates(row, record),
    verdicts: readVerdicts(row, models),
    references: readReferences(row),
    category: readCategory(row),
  };
}

function readCandidates(row: UnknownObject, { candidates }: DataRecord): readonly ExampleCandidate[] {
  const list = CANDIDATE_LISTS.map((name) => row[name]).find((value) => Array.isArray(value)) as unknown[] | undefined;
  const raws = list?.length === candidates.length ? list : [];
  return candidates.map(({ text, model }, index) => {
    const raw = raws[index];
    if (!isObject(raw)) return { text, ...(model === undefined ? {} : { model }) };
    const preference = numberOf(raw['preference'], `candidates[${index}].preference`);
    const scores = scoresOf(raw['scores']);
    return {
      text,
      ...(model === undefined ? {} : { model }),
      ...(preference === undefined ? {} : { preference }),
      ...(scores === undefined ? {} : { scores }),
    };
  });
}

function numberOf(value: unknown, field: string): number | undefined {
  if (isAbsent(value)) return undefined;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw refuse(field, value, 'a number');
}

/** The numbers among the scores of a candidate; others, such as null, are scores that were not made. */
function scoresOf(value: unknown): Readonly<Record<string, number>> | undefined {
  if (!isObject(value)) return undefined;
  const numbers = Object.entries(value).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number' && Number.isFinite(entry[1]),
  );
  return numbers.length === 0 ? undefined : Object.fromEntries(numbers);
}

function readVerdicts(row: UnknownObject, models: readonly (string | undefined)[]): readonly CandidateVerdict[] {
  if (models.length === 0) return [];
  const given = row['verdicts'];
  if (Array.isArray(given)) return given.map((verdict, index) => checkVerdict(verdict, index, models));
  const { chosen, rejected } = row;
  if (!isAbsent(chosen) && !isAbsent(rejected) && models.length > 1) {
    const count = Array.isArray(chosen) && !chosen.every(isMessage) ? chosen.length : 1;
    const better = Array.from({ length: count }, (_, index) => index);
    const worse = Array.from({ length: models.length - count }, (_, index) => count + index);
    return better.flatMap((left) => worse.map((right) => ({ left, right, outcome: 'left' as const })));
  }
  if (models.length !== 2) return [];
  const label = readPairLabel(row, models);
  return label === undefined ? [] : [label];
}

function isMessage(value: unknown): boolean {
  return isObject(value) && ('role' in value || 'from' in value);
}

function checkVerdict(given: unknown, index: number, models: readonly (string | undefined)[]): CandidateVerdict {
  const known = isObject(given) ? given : {};
  const isIndex = (value: unknown): value is number =>
    Number.isInteger(value) && Number(value) >= 0 && Number(value) < models.length;
  const { left, right, outcome } = known;
  if (isIndex(left) && isIndex(right) && left !== right && OUTCOMES.has(outcome)) {
    return { left, right, outcome: outcome as Outcome };
  }
  throw refuse(
    `verdicts[${index}]`,
    given,
    `{left, right, outcome}: two different candidates from 0 to ${models.length - 1}, and left, right, tie or both-bad`,
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

function readCategory(row: UnknownObject): string | undefined {
  const value = CATEGORY_NAMES.map((name) => row[name]).find((one) => typeof one === 'string' && one.trim() !== '');
  return typeof value === 'string' ? value : undefined;
}
