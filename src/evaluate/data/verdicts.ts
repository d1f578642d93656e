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

/** What names one of two answers, and may come before the letter or the number: `model_a`, `Response 2`. */
const KINDS = 'model|assistant|answer|response|output|option|candidate|completion|summary|text|chatbot|system';

/** What a winner is called, without blanks and signs. */
const WINNERS: readonly (readonly [RegExp, Outcome])[] = [
  [new RegExp(`^(?:${KINDS})?(?:a|1|first|left)(?:isbetter|better|wins)?$`), 'left'],
  [new RegExp(`^(?:${KINDS})?(?:b|2|second|right)(?:isbetter|better|wins)?$`), 'right'],
  // Two games that disagree are `tie (inconsistent)` in MT-Bench.
  [/^(?:c|ties?|tied|draw|equal|same|bothgood|tiebothgood|tieinconsistent|samegood|equallygood)$/, 'tie'],
  [/^(?:bothbad|tiebothbad|samebad|neither|equallybad)$/, 'both-bad'],
];

/** `A>B`, also `[[A>>B]]`: which answer a judge puts before which. */
const ORDER = /^\W*a\s*(>+|<+|=+)\s*b\W*$/i;
const REVERSED_ORDER = /^\W*b\s*(>+|<+|=+)\s*a\W*$/i;

/** Fields with how much the second answer is better, 0 for a tie, as of HelpSteer. */
const STRENGTH_NAMES = ['overall_preference', 'preference_strength'];

const LABEL_NAMES = [
  'winner',
  'label',
  'labels',
  'preference',
  'human_preference',
  'human_winner',
  'human_label',
  'gold_label',
  'orig_preference',
  'preferred',
  'preferred_response',
  'better',
  'better_response',
  'better_response_id',
  'verdict',
  'choice',
];

/** `winner_model_a` and its like, each 0 or 1, as in the battles of the Arena. */
const ONE_HOT = [
  ['winner_model_a', 'left'],
  ['winner_model_b', 'right'],
  ['winner_tie', 'tie'],
  ['winner_bothbad', 'both-bad'],
] as const;

/** What the verdict of a row may name a candidate by. */
type Named = { readonly model?: string | undefined; readonly text?: string | undefined };

/**
 * The verdict of a row with two candidates.
 *
 * @param note Told what stands in the place of a verdict and is none.
 * @returns undefined where it has none.
 * @throws ValueProblem where it has one that cannot be understood.
 */
export function readPairLabel(
  row: UnknownObject,
  candidates: readonly Named[],
  note: (text: string) => void,
): CandidateVerdict | undefined {
  const oneHot = readOneHot(row);
  if (oneHot !== undefined) return { left: 0, right: 1, outcome: oneHot };
  // A list of labels has one for each candidate.
  const name = LABEL_NAMES.find((one) => !isBlank(row[one]) && !Array.isArray(row[one]));
  if (name !== undefined) return { left: 0, right: 1, outcome: outcomeOf(name, row, candidates) };
  const strength = readStrength(row, note);
  if (strength !== undefined) return strength;
  const names = [...LABEL_NAMES, ...STRENGTH_NAMES, ...ONE_HOT.map(([hot]) => hot)];
  const blank = names.find((one) => one in row && isBlank(row[one]));
  if (blank !== undefined) note(`${blank} is ${JSON.stringify(row[blank])}, so this pair has no verdict.`);
  return undefined;
}

/** The candidate that a value names by its model or its text; undefined where that is none, or not one alone. */
export function placeNamed(value: unknown, candidates: readonly Named[]): number | undefined {
  if (typeof value !== 'string') return undefined;
  const isNamed = ({ model, text }: Named) => model === value.trim() || text === value;
  const place = candidates.findIndex(isNamed);
  return place === -1 || candidates.slice(place + 1).some(isNamed) ? undefined : place;
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

/** @throws ValueProblem unless exactly one of them is 1. */
function readOneHot(row: UnknownObject): Outcome | undefined {
  if (ONE_HOT.every(([name]) => isBlank(row[name]))) return undefined;
  const hot = ONE_HOT.filter(([name]) => row[name] === true || Number(row[name]) === 1 || row[name] === 'True');
  const [only] = hot;
  if (only !== undefined && hot.length === 1) return only[1];
  const which = hot.length === 0 ? 'none' : 'more than one';
  throw new ValueProblem(`${which} of winner_model_a, winner_model_b, winner_tie and winner_bothbad is 1.`);
}

function outcomeOf(name: string, row: UnknownObject, candidates: readonly Named[]): Outcome {
  const value = row[name];
  const number = typeof value === 'object' || String(value).trim() === '' ? Number.NaN : Number(value);
  if (!Number.isNaN(number)) return outcomeOfNumber(number, { name, row });
  if (typeof value === 'string') {
    const order = orderOf(value);
    if (order !== undefined) return order;
    const plain = value.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '');
    const outcome = WINNERS.find(([form]) => form.test(plain))?.[1];
    const place = placeNamed(value, candidates);
    const named = place === undefined ? undefined : (['left', 'right'] as const)[place];
    // A model may be called a or b.
    const isClear = outcome === undefined || named === undefined || outcome === named;
    const found = outcome ?? named;
    if (found !== undefined && isClear) return found;
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
function readStrength(row: UnknownObject, note: (text: string) => void): CandidateVerdict | undefined {
  const name = STRENGTH_NAMES.find((one) => !isBlank(row[one]));
  if (name === undefined) return undefined;
  const value = Number(row[name]);
  if (Number.isNaN(value)) throw notUnderstood(name, row[name]);
  if (!isNumberedPair(row)) {
    note(`${name} is read beside answers with the numbers 1 and 2 alone, so this pair has no verdict.`);
    return undefined;
  }
  return { left: 0, right: 1, outcome: value < 0 ? 'left' : value > 0 ? 'right' : 'tie' };
}

function isNumberedPair(row: UnknownObject): boolean {
  const keys = Object.keys(row);
  return keys.some((key) => /\D_?1$/.test(key)) && keys.some((key) => /\D_?2$/.test(key));
}

/** Whether its answers have the numbers 0 and 1. */
function isPairFromZero(row: UnknownObject): boolean {
  const keys = Object.keys(row);
  return keys.some((key) => /\D_?0$/.test(key)) && keys.some((key) => /\D_?1$/.test(key)) && !isNumberedPair(row);
}

/** A probability that a is better where the answers are a and b; the number of an answer where they have numbers. */
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
  if (isPairFromZero(row) && !isLettered && (value === 0 || value === 1)) return value === 0 ? 'left' : 'right';
  throw notUnderstood(name, value);
}

function notUnderstood(name: string, value: unknown): ValueProblem {
  return new ValueProblem(
    `${name} is ${shortened(JSON.stringify(value))}, which names no winner: expected a, b or tie, the name of a model, a number from 0 to 1 (1 = a is better) beside a and b, or 1 or 2 (0 or 1) beside answers of these numbers. Read another form with a data set of your own, see docs/evaluate.md.`,
  );
}
