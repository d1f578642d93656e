import { Fields, NAMES, plainName } from './field-names.ts';
import { shortened } from '../../util/value-path.ts';
import { messagesOf } from './messages.ts';
import { UnknownShape } from './problems.ts';
import { readAnswers } from './answers.ts';
import { innerRows } from './expand-rows.ts';
import { readQuestion } from './question.ts';
import { textOf, unpackCell } from './texts.ts';
import { isObject } from '../../util/is-object.ts';
import { closestName } from '../../util/suggest.ts';

/** Most fields that are listed. */
const MAX_LISTED = 20;

/** Most fields that are suggested as candidates. */
const MAX_SUGGESTED = 8;

/** Fields that hold neither a question nor an answer, by their names. */
const NEITHER =
  /(?:^|[\s_.-])(?:id|ids|idx|index|uuid|label|labels|score|scores|rating|lang|language|date|time|timestamp|url|source|category|tags?|split|winner|preference|reference|judge|style|order|method|status|version|role|type|name|model|model_a|model_b)$/i;

const QUESTION_LIKE = /prompt|question|quest|instruct|query|ask|problem|input|request|user|frage|context|post/i;

/** What is rather a text than the name of a column. */
const NO_NAME = /[.?!]$|^.{60}/;

const ACCEPTED = [
  '{"instruction", "candidates": ["…", {"text", "model"}]}',
  '{"prompt", "responses": […]}',
  '{"prompt", "chosen", "rejected"}',
  '{"instruction", "a", "b"}',
  'columns such as prompt, response_a, response_b',
  'rows {"instruction", "output", "generator"} with one answer each',
];

/** The error of a row without a known form: what it has, what is accepted, and the mapping that would probably do. */
export function unknownShape(row: unknown, { hasMap }: { hasMap: boolean }): UnknownShape {
  const accepted = `Accepted: ${ACCEPTED.join('; ')}.`;
  if (!isObject(row)) {
    const what = Array.isArray(row) ? 'a list' : shortened(JSON.stringify(row));
    return new UnknownShape(`it is ${what}, and a JSON object is expected.`, accepted);
  }
  if (Array.isArray(row['ranks']) && row['candidates'] === undefined) {
    return new UnknownShape(
      'it has ranks, and no texts that they are of.',
      'Name the file that was ranked. preferences reads both: --input RANKED --source FILE.',
    );
  }
  const names = Object.keys(row);
  const more = names.length > MAX_LISTED ? ` and ${names.length - MAX_LISTED} more` : '';
  const listed = names
    .slice(0, MAX_LISTED)
    .map((name) => shortened(name))
    .join(', ');
  const found = names.length === 0 ? 'It has no fields.' : `Its fields: ${listed}${more}.`;
  const header = names.some((name) => NO_NAME.test(name))
    ? ' The first line of a table must be the names of its columns.'
    : '';
  const rows = [row, ...innerRows(row)].map((one) => new Fields(one));
  const hasQuestion = rows.some((fields) => safely(() => readQuestion(fields)) !== undefined);
  const hasAnswers = rows.some(
    (fields) => safely(() => readAnswers(fields, { keys: [], isList: false })) !== undefined,
  );
  return new UnknownShape(
    `${missing({ hasQuestion, hasAnswers })} ${found}${header}`,
    hasMap ? accepted : `${suggestion(row, { hasQuestion, hasAnswers })}\n${accepted}`,
  );
}

/** The error of a row in which a question is wanted, and none is found. */
export function noQuestion(row: unknown): UnknownShape {
  const found = isObject(row)
    ? `no question was found. Its fields: ${Object.keys(row).slice(0, MAX_LISTED).map(shortened).join(', ')}.`
    : 'it is no JSON object.';
  return new UnknownShape(
    found,
    'Accepted: {"prompt"}; {"instruction", "input"}; {"messages": […]}. --map instruction=FIELD names another field.',
  );
}

interface Found {
  readonly hasQuestion: boolean;
  readonly hasAnswers: boolean;
}

function missing({ hasQuestion, hasAnswers }: Found): string {
  if (hasQuestion) return 'it has a question, and no answers to it were found.';
  return hasAnswers ? 'it has answers, and no question was found.' : 'no question with answers to it was found.';
}

/** The mapping that would probably do. */
function suggestion(row: Readonly<Record<string, unknown>>, { hasQuestion, hasAnswers }: Found): string {
  const fields = leaves(row).filter(({ path }) => !NEITHER.test(path));
  const texts = fields.filter(({ value }) => isText(value)).map(({ path }) => path);
  const lists = fields.filter(({ value }) => isListOfTexts(value)).map(({ path }) => path);
  const question =
    texts.find((path) => meant(path, NAMES.question)) ?? texts.find((path) => QUESTION_LIKE.test(path)) ?? texts[0];
  const rest = texts.filter((path) => path !== question && !QUESTION_LIKE.test(path));
  const answers =
    lists.find((path) => meant(path, NAMES.candidates)) ??
    lists[0] ??
    (rest.length > 1 ? rest.slice(0, MAX_SUGGESTED).join(',') : undefined);
  const isGuess = (hasQuestion || question !== undefined) && (hasAnswers || answers !== undefined);
  const mappings = [
    ...(hasQuestion ? [] : [`instruction=${isGuess ? question : 'FIELD'}`]),
    ...(hasAnswers ? [] : [`candidates=${isGuess ? answers : 'FIELD,FIELD'}`]),
  ];
  const flags = mappings.map((mapping) => `--map ${quoted(mapping)}`).join(' ');
  return isGuess ? `Name yours with --map, probably: ${flags}` : `Name yours with --map, such as: ${flags}`;
}

function meant(path: string, names: readonly string[]): boolean {
  const name = plainName(path.split('.').at(-1) ?? path);
  return closestName(name, names) !== undefined;
}

function quoted(text: string): string {
  return /^[\w=.,[\]/:-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** The values of a row and of the objects in it, by their paths. */
function leaves(row: Readonly<Record<string, unknown>>): readonly { path: string; value: unknown }[] {
  return Object.entries(row).flatMap(([key, value]) =>
    isObject(value)
      ? Object.entries(value).map(([inner, content]) => ({ path: `${key}.${inner}`, value: content }))
      : [{ path: key, value }],
  );
}

/** A text that may be a question or an answer. */
function isText(value: unknown): boolean {
  return (
    typeof value === 'string' && !/^\s*(?:[-+\d.,%]*|true|false)\s*$/i.test(value) && !Array.isArray(unpackCell(value))
  );
}

function isListOfTexts(value: unknown): boolean {
  const list = unpackCell(value);
  return (
    messagesOf(value) === undefined &&
    Array.isArray(list) &&
    list.length > 0 &&
    list.every((item) => typeof item === 'string' || textOf(item) !== undefined)
  );
}

function safely<VALUE>(read: () => VALUE): VALUE | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
