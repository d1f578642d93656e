import { type DataRecord, Fields, NAMES, unpackCell } from '../../records/index.ts';
import { isObject, type UnknownObject } from '../../util/is-object.ts';
import type { ExampleCandidate } from './example.ts';
import { isAbsent, numberOf, refuse } from './row-values.ts';

/** Grades that people or models gave to an answer, as in UltraFeedback and HelpSteer. */
const GRADE_NAMES = ['fine-grained_score', 'overall_score', 'helpfulness', 'correctness', 'coherence'] as const;

/** What says how good a candidate is, the first that is there. A `score` may be that of a ranker, and is none. */
const PREFERENCE_NAMES = ['preference', ...GRADE_NAMES.slice(0, 3), 'pm_score', 'rating', 'overall_rating'] as const;

/** Lists of the same, with a number for each candidate. */
const PREFERENCE_LISTS = ['preferences', 'ratings', 'rating'] as const;

/** A record, and what it was read from. */
export interface LabelledRecord {
  readonly row: UnknownObject;
  /** Of each candidate, where each stands in a row of its own. */
  readonly rows: readonly unknown[] | undefined;
  readonly record: DataRecord;
  /** Told what a person should know of a row that is used. */
  readonly note: (text: string) => void;
}

/** What each candidate was read from: its row, or its item of the list; undefined where neither is known. */
export function rawsOf({ row, rows, record: { candidates } }: LabelledRecord): readonly unknown[] | undefined {
  const isRight = (value: unknown) => Array.isArray(value) && value.length === candidates.length;
  if (isRight(rows)) return rows;
  const list = new Fields(row).find(NAMES.candidates, (value) => isRight(unpackCell(value)));
  return list && (unpackCell(list.value) as readonly unknown[]);
}

/** The candidates with the preferences and scores that the data have. @throws ValueProblem */
export function readCandidates(given: LabelledRecord): readonly ExampleCandidate[] {
  const { candidates } = given.record;
  const raws = rawsOf(given);
  const listed = listOfPreferences(given);
  return candidates.map(({ text, model }, index) => {
    const raw = raws?.[index];
    const known = isObject(raw) ? raw : {};
    const field = (name: string) => (given.rows === undefined ? `candidates[${index}].${name}` : name);
    const name = PREFERENCE_NAMES.find(
      (one) => !isAbsent(known[one]) && known[one] !== '' && !Array.isArray(known[one]),
    );
    const preference =
      name === undefined ? listed?.[index] : readPreference(known[name], { field: field(name), given, name });
    const scores = scoresOf(known);
    return {
      text,
      ...(model === undefined ? {} : { model }),
      ...(preference === undefined ? {} : { preference }),
      ...(scores === undefined ? {} : { scores }),
    };
  });
}

function readPreference(
  value: unknown,
  { field, name, given }: { field: string; name: string; given: LabelledRecord },
): number | undefined {
  const number = numberOf(value);
  if (number !== undefined) return number;
  if (name === 'preference') throw refuse(field, value, 'a number');
  given.note(`${field} is ${JSON.stringify(value)}, which is no number and is left out.`);
  return undefined;
}

/** @throws ValueProblem */
function listOfPreferences({ row, record }: LabelledRecord): readonly (number | undefined)[] | undefined {
  const { length } = record.candidates;
  const name = PREFERENCE_LISTS.find((one) => Array.isArray(unpackCell(row[one])));
  if (name === undefined || length < 2 || record.candidates[0]?.isChosen !== undefined) return undefined;
  const list = unpackCell(row[name]) as readonly unknown[];
  const isRight = list.length === length && list.every((value) => isAbsent(value) || numberOf(value) !== undefined);
  if (!isRight) throw refuse(name, list, `a number for each of the ${length} candidates`);
  return list.map(numberOf);
}

/** The numbers among the scores of a candidate; others, such as null, are scores that were not made. */
function scoresOf(raw: UnknownObject): Readonly<Record<string, number>> | undefined {
  const { scores } = raw;
  const given = isObject(scores) ? Object.entries(scores) : GRADE_NAMES.map((name) => [name, raw[name]] as const);
  const numbers = given.flatMap(([name, value]) => {
    const number = isObject(scores) && typeof value !== 'number' ? undefined : numberOf(value);
    return number === undefined ? [] : [[name, number] as const];
  });
  return numbers.length === 0 ? undefined : Object.fromEntries(numbers);
}
