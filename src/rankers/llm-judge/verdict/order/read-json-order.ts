import { parseJson } from '../../../../util/parse-json.ts';

const RANKING =
  /rank(?:ing|ings|ed)|order|best.?to.?worst|worst.?to.?best|best.?first|worst.?first|sorted|result|answer|list/i;
const PLACES = /^(?:ranks?|places?|positions?)$/i;
const SCORES = /score|rating|points|total|overall/i;
const CANDIDATE =
  /^(?:candidate|id|response|answer|index|number|name|option|output|model|item|label|candidate.?(?:id|number|index))$/i;

/** Numbers best first; `none` where the JSON states no clear order; text that is to be read as such; undefined where it is no JSON. */
export type JsonOrder = readonly number[] | 'none' | undefined | { readonly text: string };

/** The order in a reply that is, or holds, a JSON value. */
export function readJsonOrder(reply: string, size: number): JsonOrder {
  const start = reply.search(/[[{]/);
  const end = Math.max(reply.lastIndexOf(']'), reply.lastIndexOf('}')) + 1;
  if (start < 0 || end <= start) return undefined;
  const value = parseJson(reply.slice(start, end));
  if (typeof value !== 'object' || value === null) return undefined;
  const structured = /[{,]|\[\s*\[/.test(reply.slice(start, end));
  return structured ? (resolve(value, '', size) ?? 'none') : undefined;
}

function resolve(value: unknown, name: string, size: number): JsonOrder {
  if (typeof value === 'string') return { text: value };
  if (Array.isArray(value)) return resolveArray(value as readonly unknown[], name, size);
  if (typeof value !== 'object' || value === null) return undefined;
  const entries = Object.entries(value);
  const named = entries.filter(([key, inner]) => RANKING.test(key) && typeof inner !== 'number');
  if (named.length > 0) {
    const [key, inner] = named.find(([other]) => /final|overall/i.test(other)) ?? named[0] ?? ['', undefined];
    return named.length > 1 && !/final|overall/i.test(key) ? undefined : resolve(inner, key, size);
  }
  const [list, ...others] = entries.flatMap(([key, inner]) =>
    Array.isArray(inner) && typeof inner[0] === 'object' ? [[key, inner] as const] : [],
  );
  if (list !== undefined && others.length === 0) return resolveArray(list[1] as readonly unknown[], list[0], size);
  // `{"1": "Candidate 3"}` says which number is the place.
  const counted = entries.every(
    ([key, inner]) => /^\d{1,3}$/.test(key) && typeof inner === 'string' && /[a-z[]/i.test(inner),
  );
  const placed = entries.map(([key, inner]) => [candidateOf(inner), counted ? Number(key) : placeOf(key)] as const);
  return byNumbers(placed, 'places') ?? resolveMeasures(entries, name, size);
}

function resolveArray(items: readonly unknown[], name: string, size: number): JsonOrder {
  const direct = items.map(candidateOf);
  if (direct.every((number) => number !== undefined)) {
    if (PLACES.test(name) || SCORES.test(name)) return undefined;
    return inDirection(direct, name);
  }
  const records = items.filter((item): item is Record<string, unknown> => typeof item === 'object' && item !== null);
  if (records.length !== items.length) return undefined;
  const numbers = records.map((record) => candidateOf(fieldOf(record, CANDIDATE)));
  const measure = (names: RegExp) =>
    records.map((record, index) => [numbers[index], numberOf(fieldOf(record, names))] as const);
  const byPlace = byNumbers(measure(/rank|place|position/i), 'places');
  const byScore = byNumbers(measure(SCORES), 'scores', size);
  if (byPlace !== undefined || byScore !== undefined) return byPlace ?? byScore;
  const measured = records.some((record) =>
    Object.entries(record).some(([key, inner]) => typeof inner === 'number' && !CANDIDATE.test(key)),
  );
  return !measured && numbers.every((number) => number !== undefined) ? inDirection(numbers, name) : undefined;
}

/** `{"ranks": {"1": 2, "2": 1}}`, `{"Candidate 1": {"rank": 2}, …}`: a number alone may be a place, a score or a candidate. */
function resolveMeasures(entries: readonly (readonly [string, unknown])[], name: string, size: number): JsonOrder {
  const container = entries.find(
    ([key, inner]) => (PLACES.test(key) || SCORES.test(key)) && typeof inner === 'object' && !Array.isArray(inner),
  );
  if (container !== undefined) return resolve(container[1], container[0], size);
  const measure = (names: RegExp) =>
    entries.map(([key, inner]) => {
      const field =
        typeof inner === 'object' && inner !== null ? fieldOf(inner as Record<string, unknown>, names) : undefined;
      return [candidateOf(key), numberOf(field ?? (names.test(name) ? inner : undefined))] as const;
    });
  return byNumbers(measure(/rank|place|position/i), 'places') ?? byNumbers(measure(SCORES), 'scores', size);
}

function byNumbers(
  pairs: readonly (readonly [number | undefined, number | undefined])[],
  by: 'places' | 'scores',
  size?: number,
): readonly number[] | undefined {
  const known = pairs.flatMap(([number, value]) =>
    number === undefined || value === undefined ? [] : [{ number, value }],
  );
  if (known.length < 2 || (by === 'scores' ? known.length !== size : known.length < pairs.length - 3)) return undefined;
  const sorted = known.toSorted((first, second) =>
    by === 'places' ? first.value - second.value : second.value - first.value,
  );
  const distinct = new Set(known.map(({ value }) => value)).size === known.length;
  const counted = by === 'scores' || sorted.every(({ value }, index) => value === index + 1 || value === Infinity);
  return distinct && counted ? sorted.map(({ number }) => number) : undefined;
}

function inDirection(numbers: readonly number[], name: string): readonly number[] {
  return /worst.?(?:to.?best|first)|ascending/i.test(name) ? numbers.toReversed() : numbers;
}

function fieldOf(record: Readonly<Record<string, unknown>>, names: RegExp): unknown {
  return Object.entries(record).find(([key]) => names.test(key))?.[1];
}

/** 2, "2", "[2]", "Candidate 2". */
function candidateOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  if (Array.isArray(value)) return value.length === 1 ? candidateOf(value[0]) : undefined;
  if (typeof value !== 'string' || value.length > 40) return undefined;
  const digits = /^\s*(?:candidate|response|answer|output|option|model|assistant|c)?[\s_#([-]*(\d{1,3})[\s)\]]*$/i.exec(
    value,
  )?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  const digits =
    typeof value === 'string'
      ? /^\s*#?(\d+(?:\.\d+)?)(?:st|nd|rd|th)?(?:\s*\/\s*\d+)?\s*$/.exec(value)?.[1]
      : undefined;
  return digits === undefined ? undefined : Number(digits);
}

const WORDS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth'];

/** "1st", "first", "rank_1", "best". */
function placeOf(key: string): number | undefined {
  const digits =
    /^(?:rank|place|position|number|no)[\s_#-]*(\d{1,3})$|^(\d{1,3})(?:st|nd|rd|th)(?:[\s_-]*(?:place|best))?$/i.exec(
      key,
    );
  if (digits !== null) return Number(digits[1] ?? digits[2]);
  const word = WORDS.indexOf(key.toLowerCase().replace(/[\s_-]*(?:place|best|choice)$/, ''));
  if (word >= 0) return word + 1;
  if (/^(?:best|top|winner)$/i.test(key)) return 1;
  if (/^middle$/i.test(key)) return 2;
  return /^(?:worst|last)$/i.test(key) ? Infinity : undefined;
}
