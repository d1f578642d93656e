import { isObject } from '../../util/is-object.ts';

/**
 * A value as JSON can hold it: what JSON has no word for stands as an object with the one key `$`, such as NaN, and
 * undefined in a list. An object that has that key itself stands in one.
 *
 * @param text what becomes of each text.
 */
export function encodeValue(value: unknown, text: (value: string) => string): unknown {
  switch (typeof value) {
    case 'string':
      return text(value);
    case 'number':
      return Number.isFinite(value) ? value : { $: String(value) };
    case 'object':
      break;
    default:
      return value;
  }
  if (value === null) return value;
  if (Array.isArray(value)) {
    return value.map((item: unknown) => (item === undefined ? { $: 'undefined' } : encodeValue(item, text)));
  }
  if (!isPlain(value)) return value;
  const fields = mapFields(value, (field) => encodeValue(field, text));
  // What a model wrote may look like one of ours.
  return '$' in value ? { $: 'object', value: fields } : fields;
}

const WORDS: ReadonlyMap<string, unknown> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
  ['undefined', undefined],
]);

/** The value that was encoded. */
export function decodeValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decodeValue);
  if (!isObject(value)) return value;
  const { $: word, value: fields } = value;
  if (typeof word !== 'string') return mapFields(value, decodeValue);
  return word === 'object' ? mapFields(isObject(fields) ? fields : {}, decodeValue) : WORDS.get(word);
}

function mapFields(value: object, change: (field: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, change(field)]));
}

/** Others, such as dates in what a schema made of an answer, are what JSON makes of them. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
