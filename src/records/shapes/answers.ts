import { readColumnsOfModels, readNumbered } from './answer-columns.ts';
import { type Fields, NAMES, plainName } from './field-names.ts';
import { messagesOf } from './messages.ts';
import { ValueProblem, wrongValue } from './problems.ts';
import { type RawCandidate, rawOf } from './raw-candidate.ts';
import { modelOf, textOf, unpackCell } from './texts.ts';
import { isObject } from '../../util/is-object.ts';

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
    readColumnsOfModels(fields, asked.keys) ??
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

/** Most candidates of one row that are named. */
const MAX_NAMED = 3;

/** A list of answers, or an object of answers by the names of their models. */
function readList(fields: Fields, names: readonly string[], asked: AskedIn): readonly RawCandidate[] | undefined {
  const isAnswer = names !== NAMES.candidates;
  const field = isAnswer
    ? fields.find(names, (value) => Array.isArray(value) && isList(value) && textOf(value) === undefined)
    : (fields.find(names, isList) ??
      fields.find(NAMES.messages, isListOfConversations) ??
      fields.find(['candidates', 'responses']));
  if (field === undefined) return undefined;
  const { key } = field;
  const value = unpackCell(field.value);
  if (isObject(value) && isList(value)) {
    return Object.entries(value).map(([model, answer]) => ({ ...rawOf(answer), model }));
  }
  if (!Array.isArray(value)) throw wrongValue(key, value, 'a list of texts');
  if (value.length === 0) throw wrongValue(key, value, 'at least one candidate');
  const raws = value.map((answer) => candidateOf(answer, asked));
  const wrong = raws.flatMap((raw, index) =>
    raw === undefined ? [wrongValue(`${key}[${index}]`, value[index], A_CANDIDATE).message] : [],
  );
  if (wrong.length > 0) {
    const more = wrong.length > MAX_NAMED ? ` And ${wrong.length - MAX_NAMED} more.` : '';
    throw new ValueProblem(wrong.slice(0, MAX_NAMED).join(' ') + more);
  }
  const models = fields.find(NAMES.models, (list) => namesOf(list)?.length === value.length);
  const listed = namesOf(models?.value);
  const [ranks, scores] = [NAMES.ranks, NAMES.scores].map((one) => numbersOf(fields.find(one)?.value, value.length));
  return raws.map((raw, index) => ({
    ...raw,
    model: raw?.model ?? listed?.[index],
    rank: raw?.rank ?? ranks?.[index],
    score: raw?.score ?? scores?.[index],
  }));
}

/** A list of numbers as long as that of the candidates. */
function numbersOf(given: unknown, length: number): readonly number[] | undefined {
  const value = unpackCell(given);
  const isRight = Array.isArray(value) && value.length === length && value.every((item) => typeof item === 'number');
  return isRight ? value : undefined;
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

function isListOfConversations(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((item) => messagesOf(item) !== undefined);
}

/** An answer in a list. Several texts are the answers to several turns, and otherwise no answer. */
function candidateOf(value: unknown, { isList: hasTurns }: AskedIn): RawCandidate | undefined {
  const raw = rawOf(value);
  return hasTurns || (raw?.turns?.length ?? 1) === 1 ? raw : undefined;
}

/** `chosen` and `rejected`, either of them one answer or several. */
function readPreference(fields: Fields): readonly RawCandidate[] | undefined {
  const chosen = fields.find(NAMES.chosen);
  const rejected = fields.find(NAMES.rejected);
  if (chosen === undefined || rejected === undefined) return undefined;
  return [chosen, rejected].flatMap(({ key, value }, side) => {
    const named = side === 0 ? 'chosen' : 'rejected';
    const model = fields.find([`${named}_model`, `${named}_generator`, `model_${named}`]);
    return severalOf(key, value).map((raw) => ({
      ...raw,
      model: raw.model ?? modelOf({ model: model?.value }),
      isChosen: side === 0,
    }));
  });
}

/** One answer, or a list of answers, where one side of a preference has more. */
function severalOf(key: string, value: unknown): readonly RawCandidate[] {
  const list = Array.isArray(value) && messagesOf(value) === undefined && textOf(value) === undefined ? value : [value];
  return list.map((item: unknown) => {
    const raw = rawOf(item);
    if (raw === undefined) throw wrongValue(key, item, 'a text');
    return raw;
  });
}
