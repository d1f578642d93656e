import { DataFormatError } from '../../error/index.ts';
import { redactSecrets } from '../../util/error-message.ts';
import { isObject } from '../../util/is-object.ts';
import { parseJson } from '../../util/parse-json.ts';
import type { BlendPart } from '../blend-parts.ts';

/** What a recording leaves out. */
export interface RecordOptions {
  /** Whether texts that look like keys are replaced by `[redacted]`. @default true */
  readonly stripKeys?: boolean | undefined;
  /** Whether the questions are left out. Answers stay, and may repeat them. @default false */
  readonly stripPrompts?: boolean | undefined;
}

/**
 * A part as a line of JSON, with the line end. What JSON has no word for stands as an object with the one key `$`: NaN and
 * the infinities, and undefined in a list. An object that has that key itself stands in one.
 */
export function formatPart(part: BlendPart, { stripKeys = true, stripPrompts = false }: RecordOptions = {}): string {
  const shown = stripPrompts && part.type === 'blend-start' ? { ...part, question: '' } : part;
  return `${JSON.stringify(encode(shown, stripKeys ? redactSecrets : (text) => text))}\n`;
}

/** The part on a line of a recording. @throws DataFormatError naming the line. */
export function parsePart(text: string, { line, after }: { line: number; after: number }): BlendPart {
  const refuse = (reason: string) => new DataFormatError({ source: 'the recording', line, reason });
  const value = parseJson(text);
  if (value === undefined) throw refuse('it is not JSON; the file may be cut off here.');
  const part = decode(value);
  if (!isObject(part) || !('type' in part) || typeof part.type !== 'string') throw refuse('it is no part of a blend.');
  const { seq, at } = part as { seq?: unknown; at?: unknown };
  if (seq !== after + 1)
    throw refuse(`its number is ${JSON.stringify(seq)}, and that of the next part is ${after + 1}.`);
  if (typeof at !== 'number') throw refuse('it has no time "at".');
  return part as unknown as BlendPart;
}

function encode(value: unknown, text: (value: string) => string): unknown {
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
    return value.map((item: unknown) => (item === undefined ? { $: 'undefined' } : encode(item, text)));
  }
  if (!isPlain(value)) return value;
  const fields = mapFields(value, (field) => encode(field, text));
  // What a model wrote may look like one of ours.
  return '$' in value ? { $: 'object', value: fields } : fields;
}

const WORDS: Readonly<Record<string, unknown>> = {
  NaN: Number.NaN,
  Infinity: Infinity,
  '-Infinity': -Infinity,
  undefined,
};

function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  if (!isObject(value)) return value;
  const { $: word, value: fields } = value;
  if (typeof word !== 'string') return mapFields(value, decode);
  return word === 'object' ? mapFields(isObject(fields) ? fields : {}, decode) : WORDS[word];
}

function mapFields(value: object, change: (field: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, change(field)]));
}

/** Others, such as dates in what a schema made of an answer, are what JSON makes of them. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
