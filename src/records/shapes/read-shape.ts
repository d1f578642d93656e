import type { DataRecord, RecordForm } from '../record.ts';
import { readAnswer, readAnswers, readModel } from './answers.ts';
import { joinQuestion } from './conversations.ts';
import { applyFieldMap, type FieldMap } from './field-map.ts';
import { Fields, NAMES } from './field-names.ts';
import { messagesOf } from './messages.ts';
import { UnknownShape, wrongValue } from './problems.ts';
import { innerRows } from './expand-rows.ts';
import { noQuestion, unknownShape } from './unknown-shape.ts';
import { readQuestion, toQuestion } from './question.ts';
import { isObject } from '../../util/is-object.ts';

/** What a row holds. */
export interface Shape {
  readonly record: DataRecord;
  /** The fields that it was read from, which may stand within the row. */
  readonly row: Readonly<Record<string, unknown>>;
  /** It has one answer to its question, and others may have more of them. */
  readonly isSingle: boolean;
}

/**
 * Reads a row of any of the known forms.
 *
 * @throws UnknownShape for another form, ValueProblem where a value is wrong.
 */
export function readShape(row: unknown, map: FieldMap, form: RecordForm = 'candidates'): Shape {
  const unknown = () => (form === 'question' ? noQuestion(row) : unknownShape(row, { hasMap: map.size > 0 }));
  const readFields = form === 'question' ? readQuestionFields : readAnsweredFields;
  if (!isObject(row)) throw unknown();
  let notMapped: UnknownShape | undefined;
  for (const one of [row, ...innerRows(row)]) {
    try {
      const found = readFields(one, map);
      if (found !== undefined) return { ...found, row: one };
    } catch (error) {
      // The field that a mapping names may stand in one of the inner rows.
      if (!(error instanceof UnknownShape)) throw error;
      notMapped ??= error;
    }
  }
  throw notMapped ?? unknown();
}

/** The question alone, whatever answers there are. */
function readQuestionFields(row: Readonly<Record<string, unknown>>, map: FieldMap): Omit<Shape, 'row'> | undefined {
  const mapped = applyFieldMap(row, map);
  const question = readQuestion(new Fields(mapped.question));
  if (question === undefined) return undefined;
  const record = { id: readId(new Fields(mapped.rest)), question: toQuestion(question), candidates: [] };
  return { record, isSingle: false };
}

function readAnsweredFields(row: Readonly<Record<string, unknown>>, map: FieldMap): Omit<Shape, 'row'> | undefined {
  const mapped = applyFieldMap(row, map);
  const question = readQuestion(new Fields(mapped.question));
  const asked = question ?? { keys: [], isList: false };
  const fields = new Fields(mapped.answers);
  const conversation = fields.find(NAMES.messages, (value) => messagesOf(value) !== undefined)?.value;
  const messages = messagesOf(conversation) ?? question?.messages;
  const several = readAnswers(fields, asked);
  const single = readAnswer(fields, asked);
  // The last message of a conversation may be the answer.
  const last = messages?.at(-1)?.role === 'assistant' ? [{ messages, model: readModel(fields) }] : undefined;
  const given = several ?? single ?? last;
  const joined = given === undefined ? undefined : joinQuestion(question, given);
  if (joined === undefined) return undefined;
  return { record: { id: readId(new Fields(mapped.rest)), ...joined }, isSingle: several === undefined };
}

/** Beyond 2^53 a number would come out as another one, so such ids have to be texts. */
function readId(fields: Fields): string | number | undefined {
  const isId = (value: unknown) => (typeof value === 'string' && value !== '') || isExact(value);
  const own = fields.find(['id']);
  if (own !== undefined && own.value !== '' && !isId(own.value)) {
    throw wrongValue(own.key, own.value, 'a text or a number below 2^53');
  }
  return fields.find(NAMES.id, isId)?.value as string | number | undefined;
}

function isExact(value: unknown): boolean {
  return typeof value === 'number' && (!Number.isInteger(value) || Number.isSafeInteger(value));
}
