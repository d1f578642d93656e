import type { RecordCandidate } from '../record.ts';
import type { RawCandidate } from './conversations.ts';
import { type Fields, NAMES, plainName } from './field-names.ts';
import { messagesOf } from './messages.ts';
import { wrongValue } from './problems.ts';
import { isObject, modelOf, textOf, textsOf, unpackCell } from './texts.ts';

const A_TEXT = 'a text';
const A_CANDIDATE = 'a text or { "text": … }';

/** What is known of the question when its answers are looked for. */
export interface AskedIn {
  /** Its fields, which hold no answers. */
  readonly keys: readonly string[];
  /** It is a list of turns, so that a list may be the answers to them. */
  readonly isList: boolean;
}

/** All answers of a row that has several, by whichever of the known forms it has; undefined for none of them. */
export function readAnswers(fields: Fields, asked: AskedIn): readonly RawCandidate[] | undefined {
  return (
    readList(fields, NAMES.candidates, asked) ??
    readPreference(fields) ??
    readNumbered(fields) ??
    readColumnsOfModels(fields, asked) ??
    (asked.isList ? undefined : readList(fields, answerNames(asked), asked))
  );
}

/** The names of one answer that are not taken by the question. */
function answerNames({ keys }: AskedIn): readonly string[] {
  const taken = new Set(keys.map(plainName));
  return NAMES.answer.filter((name) => !taken.has(plainName(name)));
}

/** The answer of a row that has one, such as those of AlpacaEval. */
export function readAnswer(fields: Fields, asked: AskedIn): readonly [RawCandidate] | undefined {
  const field = fields.find(answerNames(asked), (value) => rawOf(value) !== undefined);
  const raw = field === undefined ? undefined : rawOf(field.value);
  return raw && [{ ...raw, model: readModel(fields) ?? raw.model }];
}

/** The model that a row with one answer names. */
export function readModel(fields: Fields): string | undefined {
  const field = fields.find(NAMES.model, (value) => modelOf({ model: value }) !== undefined);
  return modelOf({ model: field?.value });
}

/** An answer in any of its forms; undefined for what is none. */
function rawOf(value: unknown): RawCandidate | undefined {
  const messages = messagesOf(value);
  if (messages !== undefined) return { messages };
  if (typeof value === 'string') return { text: value };
  const turns = Array.isArray(value) ? textsOf(value) : undefined;
  if (turns !== undefined) return { turns };
  const text = textOf(value);
  return text === undefined ? undefined : { text, model: modelOf(value), ...(isObject(value) ? placeOf(value) : {}) };
}

/** The place and the score that a ranking gave, if they are numbers. */
function placeOf({ rank, score }: Readonly<Record<string, unknown>>): Pick<RecordCandidate, 'rank' | 'score'> {
  return {
    ...(typeof rank === 'number' ? { rank } : {}),
    ...(typeof score === 'number' ? { score } : {}),
  };
}

/** A list of answers, or an object of answers by the names of their models. */
function readList(fields: Fields, names: readonly string[], asked: AskedIn): readonly RawCandidate[] | undefined {
  const isAnswer = names !== NAMES.candidates;
  const field = isAnswer
    ? fields.find(names, (value) => Array.isArray(value) && isList(value) && textOf(value) === undefined)
    : (fields.find(names, isList) ?? fields.find(['candidates', 'responses']));
  if (field === undefined) return undefined;
  const { key } = field;
  const value = unpackCell(field.value);
  if (isObject(value) && isList(value)) {
    return Object.entries(value).map(([model, answer]) => ({
      ...candidateOf(`${key}.${model}`, answer, asked),
      model,
    }));
  }
  if (!Array.isArray(value)) throw wrongValue(key, value, 'a list of texts');
  if (value.length === 0) throw wrongValue(key, value, 'at least one candidate');
  checkEach(key, value, asked);
  const models = fields.find(NAMES.models, (list) => namesOf(list)?.length === value.length);
  const listed = namesOf(models?.value);
  return value.map((answer, index) => {
    const raw = candidateOf(`${key}[${index}]`, answer, asked);
    return { ...raw, model: raw.model ?? listed?.[index] };
  });
}

function namesOf(value: unknown): readonly string[] | undefined {
  const list = unpackCell(value);
  return Array.isArray(list) && list.every((name) => typeof name === 'string') ? list : undefined;
}

/** Whether a value is a list with an answer in it, or answers by name. */
function isList(given: unknown): boolean {
  const value = unpackCell(given);
  if (Array.isArray(value)) return messagesOf(value) === undefined && value.some((item) => rawOf(item) !== undefined);
  if (!isObject(value)) return false;
  const answers = Object.values(value);
  return answers.length > 1 && answers.every((answer) => rawOf(answer) !== undefined);
}

function candidateOf(path: string, value: unknown, { isList: hasTurns }: AskedIn): RawCandidate {
  const raw = rawOf(value);
  // Several texts are the answers to several turns, and otherwise no answer.
  if (raw === undefined || (!hasTurns && (raw.turns?.length ?? 1) > 1)) throw wrongValue(path, value, A_CANDIDATE);
  return raw;
}

/** Most fields of one row that are named. */
const MAX_NAMED = 3;

/** Names the candidates that are none. */
function checkEach(key: string, list: readonly unknown[], asked: AskedIn): void {
  const problems = list.flatMap((value, index) => {
    try {
      candidateOf(`${key}[${index}]`, value, asked);
      return [];
    } catch (error) {
      return [error as Error];
    }
  });
  const [first] = problems;
  if (first === undefined) return;
  const more = problems.length > MAX_NAMED ? ` And ${problems.length - MAX_NAMED} more.` : '';
  first.message = `${problems
    .slice(0, MAX_NAMED)
    .map(({ message }) => message)
    .join(' ')}${more}`;
  throw first;
}

/** `chosen` and `rejected`, either of them one answer or several. */
function readPreference(fields: Fields): readonly RawCandidate[] | undefined {
  const chosen = fields.find(NAMES.chosen);
  const rejected = fields.find(NAMES.rejected);
  if (chosen === undefined || rejected === undefined) return undefined;
  return [chosen, rejected].flatMap(({ key, value }, side) => {
    const named = side === 0 ? 'chosen' : 'rejected';
    const model = fields.find([`${named}_model`, `${named}_generator`, `model_${named}`]);
    return severalOf(key, value).map((raw) => ({ ...raw, model: raw.model ?? modelOf({ model: model?.value }) }));
  });
}

/** One answer, or a list of answers, where one side of a preference has more. */
function severalOf(key: string, value: unknown): readonly RawCandidate[] {
  const list = Array.isArray(value) && messagesOf(value) === undefined && textOf(value) === undefined ? value : [value];
  return list.map((item: unknown) => {
    const raw = rawOf(item);
    if (raw === undefined) throw wrongValue(key, item, A_TEXT);
    return raw;
  });
}

/** The letter or number at the end of `response_a`, `output 1` or `b`, or within `model_a_response`. */
const LETTER_OR_NUMBER = '([a-h]|\\d{1,2})';

const NUMBERED_STEMS = [...NAMES.answer, ...NAMES.numberedAnswer].map(plainName);
const NUMBERED_FORMS = [
  new RegExp(`^(${NUMBERED_STEMS.join('|')}|)${LETTER_OR_NUMBER}$`),
  new RegExp(`^(?:model|assistant|system|llm)?${LETTER_OR_NUMBER}(${NUMBERED_STEMS.join('|')})$`),
  // With anything before, as in `orig_response_a`.
  new RegExp(`^(.*(?:${NUMBERED_STEMS.join('|')}))${LETTER_OR_NUMBER}$`),
] as const;

/** Answers in fields of their own, told apart by a letter or a number. */
function readNumbered(fields: Fields): readonly RawCandidate[] | undefined {
  const groups = new Map<string, { key: string; value: unknown; suffix: string }[]>();
  for (const [key, value] of Object.entries(fields.row)) {
    const [suffix, group] = numberOf(plainName(key));
    // A number alone names a column, not an answer.
    if (suffix === undefined || group === undefined || (group === '' && /\d/.test(suffix))) continue;
    groups.set(group, [...(groups.get(group) ?? []), { key, value, suffix }]);
  }
  const several = [...groups].filter(([, members]) => members.length > 1);
  const [stem, members] =
    several.find(([name]) => NUMBERED_STEMS.includes(name)) ?? several[0] ?? onlyOneOfTwo(groups) ?? [];
  if (members === undefined || stem === undefined) return undefined;
  const sorted = members.toSorted((x, y) => x.suffix.localeCompare(y.suffix, 'en', { numeric: true }));
  // `response` beside `response_2` is the first.
  const bare = fields.find(stem === '' || sorted[0]?.suffix !== '2' ? [] : [stem]);
  const all = bare === undefined ? sorted : [{ ...bare, suffix: '1' }, ...sorted];
  // Rows with fewer answers leave the last fields blank.
  const length = Math.max(2, all.findLastIndex(({ value }) => value !== null && value !== '') + 1);
  return all.slice(0, length).map(({ key, value, suffix }) => {
    const raw = rawOf(value);
    if (raw === undefined) throw wrongValue(key, value, A_TEXT);
    const model = fields.find([
      `model_${suffix}`,
      `generator_${suffix}`,
      `model_name_${suffix}`,
      `model_${suffix}_name`,
    ]);
    return { ...raw, model: raw.model ?? modelOf({ model: model?.value }) };
  });
}

/** The letter or number of a name, and what it numbers. */
function numberOf(name: string): readonly [suffix?: string | undefined, group?: string | undefined] {
  const [, stem, suffix] = NUMBERED_FORMS[0].exec(name) ?? [];
  if (suffix !== undefined) return [suffix, stem];
  const [, inner, innerStem] = NUMBERED_FORMS[1].exec(name) ?? [];
  if (inner !== undefined) return [inner, innerStem];
  const [, longStem, last] = NUMBERED_FORMS[2].exec(name) ?? [];
  return [last, longStem];
}

/** `a` without `b`, or the other way round: a mistake in one row, not another form. */
function onlyOneOfTwo(groups: ReadonlyMap<string, readonly { key: string; suffix: string }[]>): undefined {
  const [only] = groups.get('') ?? [];
  if (only === undefined || !['a', 'b'].includes(only.suffix)) return undefined;
  throw wrongValue(only.suffix === 'a' ? 'b' : 'a', undefined, A_TEXT);
}

const STEM_OF_MODEL = '(?:response|output|answer|completion|generation|reply|prediction|text)';
const NAMED_BY_MODEL = [
  new RegExp(`^(.+?)[\\s_.:/-]+${STEM_OF_MODEL}$`, 'i'),
  new RegExp(`^${STEM_OF_MODEL}[\\s_.:/-]+(?:of[\\s_]|by[\\s_]|from[\\s_])?\\(?(.+?)\\)?$`, 'i'),
] as const;

/** What stands before or after such a word and is no model. */
const NO_MODEL =
  /^(?:reference|ref|correct|incorrect|gold(?:en)?|expected|best|ground[\s_]?truth|true|target|ideal|label|raw|full|formatted|generated|prompt|input|question|original|final|id|length|len|tokens?|score|type|format|time|date|language|lang|model|source|mask)$/i;

/** Answers in fields that are called after their models, such as `gpt-4_response`. */
function readColumnsOfModels(fields: Fields, asked: AskedIn): readonly RawCandidate[] | undefined {
  for (const form of NAMED_BY_MODEL) {
    const named = Object.entries(fields.row).flatMap(([key, value]): readonly RawCandidate[] => {
      const model = form.exec(key)?.[1];
      const raw = typeof value === 'string' || isObject(value) ? rawOf(value) : undefined;
      return model === undefined || NO_MODEL.test(model) || asked.keys.includes(key) || raw === undefined
        ? []
        : [{ ...raw, model }];
    });
    if (named.length > 1) return named;
  }
  return undefined;
}
