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
