/** Characters that JSON allows as they are, but that end a line for some readers or steer some terminals. */
const AWKWARD = /[\u007F-\u009F\u2028\u2029]/g;

/**
 * JSON on one line. A field that is undefined is written as null, so that every object of a kind has the same keys;
 * NaN and the infinities become null as JSON has none.
 */
export function toJson(value: unknown): string {
  const json = JSON.stringify(value, (_key, field: unknown) => (field === undefined ? null : field));
  return json.replace(AWKWARD, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Digits of a score that mean something; the others differ from machine to machine. */
const SCORE_DIGITS = 6;

/** All numbers in a value that are no integers, with six significant digits. */
export function roundScores<VALUE>(value: VALUE): VALUE {
  return round(value) as VALUE;
}

function round(value: unknown): unknown {
  if (typeof value === 'number')
    return Number.isInteger(value) || !Number.isFinite(value) ? value : Number(value.toPrecision(SCORE_DIGITS));
  if (Array.isArray(value)) return value.map(round);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, round(field)]));
}
