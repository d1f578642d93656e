import { isObject } from '../../util/is-object.ts';
/** Names of the text within an object, the most specific first. */
const TEXT_KEYS = [
  'text',
  'output',
  'response',
  'content',
  'answer',
  'completion',
  'generation',
  'generated_text',
  'message',
  'value',
  'reply',
  'prediction',
  'result',
  'full_text',
  'raw',
  'parts',
  'choices',
  'body',
];

/** Names of the model within a candidate. */
const MODEL_KEYS = ['model', 'model_name', 'model_id', 'generator', 'policy', 'llm', 'provider', 'name', 'source'];

/** Objects within objects that are searched for a text. */
const MAX_DEPTH = 5;

/** The text of a value: itself, that of the parts of a message, or that in one of the usual fields. */
export function textOf(value: unknown, depth = 0): string | undefined {
  if (typeof value === 'string') return value;
  if (depth > MAX_DEPTH) return undefined;
  if (Array.isArray(value)) {
    const parts = value.filter(isObject);
    if (parts.length !== value.length || parts.length === 0) return undefined;
    // The choices of a reply, of which the first counts, or the parts of a message.
    if (parts.every((part) => 'message' in part)) return textOf(parts[0], depth + 1);
    const texts = parts.map((part) =>
      isPart(part) ? (textOf(part, depth + 1) ?? `[${String(part['type'])}]`) : undefined,
    );
    return texts.every((text) => text !== undefined) ? texts.join('') : undefined;
  }
  if (!isObject(value)) return undefined;
  const key = TEXT_KEYS.find((name) => value[name] !== undefined && value[name] !== null);
  return key === undefined ? undefined : textOf(value[key], depth + 1);
}

/** Parts of messages have a type, or nothing but their text; what has more is a thing of its own. */
function isPart(value: Readonly<Record<string, unknown>>): boolean {
  return typeof value['type'] === 'string' || (Object.keys(value).length === 1 && typeof value['text'] === 'string');
}

/** The name of the model that an object gives; of another type than a text, it is no name. */
export function modelOf(value: unknown): string | undefined {
  if (!isObject(value)) return undefined;
  for (const key of MODEL_KEYS) {
    const given = value[key];
    const names = isObject(given) ? [given['label'], given['id'], given['name']] : [given];
    const name = names.find((one) => typeof one === 'string' && one.trim() !== '');
    if (typeof name === 'string') return name;
  }
  return undefined;
}

/** A list of texts, in which null stands for an empty one; undefined for anything else. */
export function textsOf(given: unknown): readonly string[] | undefined {
  const value = unpackCell(given);
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const texts = value.map((item: unknown) => item ?? '');
  return texts.every((item) => typeof item === 'string') ? texts : undefined;
}

/** The value of a cell that holds JSON, or a list as Python prints it; any other value as it is. */
export function unpackCell(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return parsePythonLiteral(value) ?? value;
  }
}

/** One token of a Python literal: a text in any quotes, a sign, or a word. */
const PYTHON_TOKEN = /\s*(?:('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|([[\]{}(),:])|([\w.+-]+))/suy;

/** Words of Python as JSON has them. */
const PYTHON_WORDS: Readonly<Record<string, string>> = { None: 'null', True: 'true', False: 'false', nan: 'null' };

/** A list or dict as Python prints it, which is how pandas writes them to CSV; undefined where it is none. */
function parsePythonLiteral(text: string): unknown {
  const tokens: string[] = [];
  PYTHON_TOKEN.lastIndex = 0;
  while (PYTHON_TOKEN.lastIndex < text.trimEnd().length) {
    const match = PYTHON_TOKEN.exec(text);
    if (match === null) return undefined;
    const [, quoted, sign, word = ''] = match;
    if (quoted !== undefined) tokens.push(JSON.stringify(unescapePython(quoted.slice(1, -1))));
    else tokens.push(sign?.replace('(', '[').replace(')', ']') ?? PYTHON_WORDS[word] ?? word);
  }
  try {
    return JSON.parse(tokens.join(' '));
  } catch {
    return undefined;
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0' };

function unescapePython(text: string): string {
  return text.replaceAll(/\\(x[\da-f]{2}|u[\da-f]{4}|U[\da-f]{8}|.)/gis, (_, escape: string) =>
    escape.length > 1 ? String.fromCodePoint(Number.parseInt(escape.slice(1), 16)) : (ESCAPES[escape] ?? escape),
  );
}
