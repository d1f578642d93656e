import { Tokenizer, TokenParser } from '@streamparser/json';
import type { Row } from './row.ts';

/** Bytes that are parsed at once; what they hold is passed on before the next ones. */
const SLICE = 1 << 16;

/**
 * The rows of JSON that is not one value a line: the items of one list, those of the lists in one object
 * (`{"data": […]}`), or one value after another, as `jq` prints them. A list of any length is read item by item.
 * `paths` say which values are rows, as `@streamparser/json` takes them.
 */
export async function* readJson(
  chunks: AsyncIterable<Uint8Array>,
  { paths }: { paths: readonly string[] },
): AsyncGenerator<Row, void> {
  const parser = new RowParser(paths);
  let number = 0;
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.length; start += SLICE) {
      for (const value of parser.read(chunk.subarray(start, start + SLICE))) yield { number: ++number, value };
      if (parser.problem !== undefined) return yield { number: number + 1, problem: parser.problem };
    }
  }
  for (const value of parser.end()) yield { number: ++number, value };
  if (parser.problem !== undefined) yield { number: number + 1, problem: parser.problem };
}

/** Gives the rows that each piece of a text completes. */
class RowParser {
  /** Why the text is not JSON. */
  problem: string | undefined;
  #rows: unknown[] = [];
  #line = 1;
  #offset = 0;
  #lastToken = 0;
  readonly #tokenizer = new Tokenizer({ separator: '' });
  readonly #parser: TokenParser;

  constructor(paths: readonly string[]) {
    this.#parser = new TokenParser({ paths: [...paths], separator: '', keepStack: false });
    this.#tokenizer.onToken = (token) => {
      this.#lastToken = token.offset;
      if (this.problem === undefined) this.#parser.write(token);
    };
    const fail = ({ message }: Error) => {
      this.problem ??= explain(message);
    };
    this.#tokenizer.onError = fail;
    this.#parser.onError = fail;
    this.#parser.onValue = ({ value, parent }) => {
      // Items of lists, and values that stand alone.
      if (parent === undefined || Array.isArray(parent)) this.#rows.push(value);
    };
  }

  read(bytes: Uint8Array): readonly unknown[] {
    this.#tokenizer.write(bytes);
    const isRead = this.problem === undefined;
    this.#line += lineFeeds(isRead ? bytes : bytes.subarray(0, Math.max(0, this.#lastToken - this.#offset)));
    this.#offset += bytes.length;
    return this.#take();
  }

  end(): readonly unknown[] {
    if (!this.#tokenizer.isEnded) this.#tokenizer.end();
    if (this.problem === undefined && !this.#parser.isEnded) this.#parser.end();
    return this.#take();
  }

  #take(): readonly unknown[] {
    const rows = this.#rows;
    this.#rows = [];
    if (this.problem !== undefined) this.problem = `not valid JSON, near line ${this.#line}: ${this.problem}`;
    return rows;
  }
}

function lineFeeds(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, at + 1)) count += 1;
  return count;
}

/** What the messages of the parser mean for the writer of the file. */
const EXPLANATIONS: readonly (readonly [RegExp, string])[] = [
  [/RIGHT_(?:BRACKET|BRACE).* in state (?:VALUE|KEY)/, 'there is a comma too many before a closing bracket.'],
  [/in state COMMA$/, 'a comma is missing between two values.'],
  [/COMMA .* in state (?:VALUE|KEY)/, 'there is a comma too many.'],
  [/ended in mid|Tokenizer ended/, 'it ends in the middle of a value. Is the file complete?'],
  [
    /Unexpected "[NI-]/,
    'NaN and Infinity are not JSON; write null (in Python, json.dumps(…, allow_nan=False) finds them).',
  ],
  [/Unexpected "[/#]/, 'JSON has no comments.'],
  [/Unexpected "'/, 'texts must be in double quotes.'],
  [
    /Unexpected ".".*in state STRING/,
    'a text contains a control character, such as a line break; it must be written as \\n.',
  ],
];

function explain(message: string): string {
  return EXPLANATIONS.find(([pattern]) => pattern.test(message))?.[1] ?? `${message.replace(/ in state \w+$/, '')}.`;
}
