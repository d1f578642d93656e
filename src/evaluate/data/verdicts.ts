import { ValueProblem } from '../../records/index.ts';
import { isObject, type UnknownObject } from '../../util/is-object.ts';
import { parseJson } from '../../util/parse-json.ts';
import { shortened } from '../../util/value-path.ts';
import type { CandidateVerdict } from '../../measures/index.ts';
import type { Outcome } from '../../statistics/index.ts';

/** The four answers of the comparisons in MixInstruct, and what each says of the candidate named first. */
const CMP_ANSWERS: readonly (readonly [RegExp, Outcome])[] = [
  [/^a is better\b/i, 'left'],
  [/^b is better\b/i, 'right'],
  [/^same good\b/i, 'tie'],
  [/^same bad\b/i, 'both-bad'],
];

/**
 * The verdicts of `cmp_results`: an object from `"modelA,modelB"`, in the order shown, to an answer; also as a JSON text.
 * Null, `"null"` and nothing at all mean that there are none.
 *
 * @param foreign Told a key that names another model than those of the candidates.
 * @throws ValueProblem
 */
export function readCmpResults(
  given: unknown,
  models: readonly (string | undefined)[],
  foreign: (key: string) => void,
): readonly CandidateVerdict[] {
  const value = typeof given === 'string' ? parseJson(given) : given;
  if (value === null || (value === undefined && (given === undefined || given === ''))) return [];
  if (!isObject(value)) {
    throw new ValueProblem(
      `cmp_results is ${shortened(JSON.stringify(given))}: expected an object of verdicts by "modelA,modelB", or null.`,
    );
  }
  const repeated = models.find((model, index) => model !== undefined && models.indexOf(model) !== index);
  if (repeated !== undefined && Object.keys(value).length > 0) {
    throw new ValueProblem(`two candidates are of the model ${repeated}, so cmp_results cannot tell them apart.`);
  }
  return Object.entries(value).flatMap(([key, answer]) => {
    const pair = pairOf(key, models);
    if (pair === undefined) {
      foreign(key);
      return [];
    }
    const outcome = CMP_ANSWERS.find(([form]) => typeof answer === 'string' && form.test(answer.trim()))?.[1];
    if (outcome === undefined) {
      throw new ValueProblem(
        `cmp_results["${shortened(key)}"] is ${shortened(JSON.stringify(answer))}: expected A is better, B is better, Same good or Same bad.`,
      );
    }
    return [{ ...pair, outcome }];
  });
}

/** The candidates that a key names. The name of a model may have a comma in it. */
function pairOf(
  key: string,
  models: readonly (string | undefined)[],
): Pick<CandidateVerdict, 'left' | 'right'> | undefined {
  for (let comma = key.indexOf(','); comma !== -1; comma = key.indexOf(',', comma + 1)) {
    const left = models.indexOf(key.slice(0, comma).trim());
    const right = models.indexOf(key.slice(comma + 1).trim());
    if (left !== -1 && right !== -1 && left !== right) return { left, right };
  }
  return undefined;
}

/** What a winner is called. */
const WINNERS: Readonly<Record<string, Outcome>> = {
  a: 'left',
  modela: 'left',
  model1: 'left',
  assistanta: 'left',
  answera: 'left',
  responsea: 'left',
  output1: 'left',
  first: 'left',
  left: 'left',
  b: 'right',
  modelb: 'right',
  model2: 'right',
  assistantb: 'right',
  answerb: 'right',
  responseb: 'right',
  output2: 'right',
  second: 'right',
  right: 'right',
  tie: 'tie',
  draw: 'tie',
  equal: 'tie',
  same: 'tie',
  c: 'tie',
  bothgood: 'tie',
  tiebothgood: 'tie',
  samegood: 'tie',
  bothbad: 'both-bad',
  tiebothbad: 'both-bad',
  samebad: 'both-bad',
  neither: 'both-bad',
};

/** `A>B`, also `[[A>>B]]`: which answer a judge puts before which. */
const ORDER = /^\W*a\s*(>+|<+|=+)\s*b\W*$/i;
const REVERSED_ORDER = /^\W*b\s*(>+|<+|=+)\s*a\W*$/i;

/** Fields with how much the second answer is better, 0 for a tie, as of HelpSteer. */
const STRENGTH_NAMES = ['overall_preference', 'preference_strength'];

const LABEL_NAMES = ['winner', 'label', 'preference', 'human_preference', 'preferred', 'better', 'verdict', 'choice'];

/** `winner_model_a` and its like, each 0 or 1, as in the battles of the Arena. */
const ONE_HOT = [
  ['winner_model_a', 'left'],
  ['winner_model_b', 'right'],
  ['winner_tie', 'tie'],
  ['winner_bothbad', 'both-bad'],
] as const;

/**
 * The verdict of a row with two candidates.
 *
 * @returns undefined where it has none.
 * @throws ValueProblem where it has one that cannot be understood.
 */
export function readPairLabel(
  row: UnknownObject,
  models: readonly (string | undefined)[],
): CandidateVerdict | undefined {
  const hot = ONE_HOT.find(([name]) => row[name] === 1 || row[name] === true || row[name] === '1');
  if (hot !== undefined) return { left: 0, right: 1, outcome: hot[1] };
  if (ONE_HOT.some(([name]) => row[name] !== undefined && row[name] !== null)) {
    throw new ValueProblem('none of winner_model_a, winner_model_b and winner_tie is 1.');
  }
  const name = LABEL_NAMES.find((one) => row[one] !== undefined && row[one] !== null && row[one] !== '');
  if (name === undefined) return readStrength(row);
  const value = row[name];
  const number =
    typeof value === 'number' || typeof value === 'boolean'
      ? Number(value)
      : typeof value === 'string'
        ? Number(value)
        : Number.NaN;
  if (!Number.isNaN(number)) return { left: 0, right: 1, outcome: outcomeOfNumber(number, { name, row }) };
  if (typeof value === 'string') {
    const order = orderOf(value);
    if (order !== undefined) return { left: 0, right: 1, outcome: order };
    const outcome = WINNERS[value.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '')];
    if (outcome !== undefined) return { left: 0, right: 1, outcome };
    const model = models.indexOf(value.trim());
    if (model !== -1 && models.indexOf(value.trim(), model + 1) === -1) {
      return { left: 0, right: 1, outcome: model === 0 ? 'left' : 'right' };
    }
  }
  throw notUnderstood(name, value);
}

function orderOf(value: string): Outcome | undefined {
  const [sign, reversed] = [ORDER.exec(value)?.[1]?.[0], REVERSED_ORDER.exec(value)?.[1]?.[0]];
  if (sign === '=' || reversed === '=') return 'tie';
  if (sign === '>' || reversed === '<') return 'left';
  return sign === '<' || reversed === '>' ? 'right' : undefined;
}

/** A number below 0 says that the first answer is better. */
function readStrength(row: UnknownObject): CandidateVerdict | undefined {
  const value = STRENGTH_NAMES.map((name) => row[name]).find((one) => typeof one === 'number');
  if (typeof value !== 'number' || Number.isNaN(value) || !isNumberedPair(row)) return undefined;
  return { left: 0, right: 1, outcome: value < 0 ? 'left' : value > 0 ? 'right' : 'tie' };
}

function isNumberedPair(row: UnknownObject): boolean {
  const keys = Object.keys(row);
  return keys.some((key) => /\D_?1$/.test(key)) && keys.some((key) => /\D_?2$/.test(key));
}

/** A probability that a is better where the answers are a and b; 1 and 2 where they are numbered so. */
function outcomeOfNumber(value: number, { name, row }: { name: string; row: UnknownObject }): Outcome {
  const keys = Object.keys(row);
  const isLettered = keys.some((key) => /(?:^|_)a$/i.test(key)) && keys.some((key) => /(?:^|_)b$/i.test(key));
  const isNumbered = isNumberedPair(row);
  if (isLettered && !isNumbered && value >= 0 && value <= 1)
    return value > 0.5 ? 'left' : value < 0.5 ? 'right' : 'tie';
  // Annotations of people in AlpacaEval call a tie 0.
  if (name === 'preference' && isNumbered && !isLettered && value === 0) return 'tie';
  if (isNumbered && !isLettered && value >= 1 && value <= 2)
    return value < 1.5 ? 'left' : value > 1.5 ? 'right' : 'tie';
  throw notUnderstood(name, value);
}

function notUnderstood(name: string, value: unknown): ValueProblem {
  return new ValueProblem(
    `${name} is ${shortened(JSON.stringify(value))}, which names no winner: expected a, b or tie, the name of a model, a number from 0 to 1 (1 = a is better) beside a and b, or 1 or 2 beside answers of these numbers. Read another form with a data set of your own, see docs/evaluate.md.`,
  );
}
