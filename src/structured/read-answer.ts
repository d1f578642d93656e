import { ModelCallError } from '../error/index.ts';
import { ANSWER_KEY, type AnswerForm } from './answer-form.ts';
import { canonicalJson } from './canonical-json.ts';
import { findJson } from './find-json.ts';
import { isObject } from '../util/is-object.ts';

/** An answer that has the form asked for. */
export interface StructuredAnswer {
  /** Its JSON in one form, so that equal answers are equal texts. */
  readonly text: string;
  /** What the schema makes of it. */
  readonly object: unknown;
}

/** Most UTF-16 units of what is wrong: names of keys may be the model's. */
const MAX_PROBLEM_LENGTH = 200;

/**
 * Reads the JSON in an answer: the first value, in the order of {@link findJson}, that has the form. Nothing is made up:
 * what is cut off or has wrong types is not repaired.
 *
 * @throws ModelCallError of the kind `invalid`, with the reason.
 */
export async function readAnswer(
  { text, finishReason }: { readonly text: string; readonly finishReason: string },
  { form, model }: { form: AnswerForm; model: string },
): Promise<StructuredAnswer> {
  const { values, isCutOff } = findJson(text);
  const fail = (problem: string) => {
    const message = `The answer does not follow the schema: ${problem}`;
    return new ModelCallError({ kind: 'invalid', model, message: `${message.slice(0, MAX_PROBLEM_LENGTH)}.` });
  };
  if (isCutOff || (values.length === 0 && finishReason === 'length')) {
    const hint = finishReason === 'length' ? '; raise maxOutputTokens (--max-tokens)' : '';
    throw fail(`its JSON is cut off${hint}`);
  }
  // Where a text or one of a few words is asked for, it may stand there without quotes.
  const bare = form.isWrapped && values.length === 0 ? [text.trim()] : [];
  let problem = 'it has no JSON';
  for (const value of [...values.flatMap((found) => unwrap(found, form)), ...bare]) {
    const checked = await form.validate(value);
    const json = checked.success ? await canonicalText(value, checked.object, form) : undefined;
    if (checked.success && json !== undefined) return { text: json, object: checked.object };
    if (problem === 'it has no JSON' && values.length > 0) {
      problem = checked.success ? 'it cannot be written as JSON again' : checked.problem;
    }
  }
  throw fail(problem);
}

/** What an answer may be: some models leave out the object that was added, others add one more. */
function unwrap(value: unknown, { isWrapped }: AnswerForm): readonly unknown[] {
  if (!isWrapped || !isObject(value) || !Object.hasOwn(value, ANSWER_KEY)) return [value];
  return [value[ANSWER_KEY], value];
}

/** JSON of what the schema made of an answer, without unknown keys, where that can be read again; else of the answer. */
async function canonicalText(value: unknown, object: unknown, form: AnswerForm): Promise<string | undefined> {
  const text = toText(object, form);
  const isReadable = text !== undefined && (await form.validate(JSON.parse(text))).success;
  return isReadable ? text : toText(value, form);
}

function toText(value: unknown, { keyOrder }: AnswerForm): string | undefined {
  try {
    return canonicalJson(value, keyOrder);
  } catch {
    // Such as a cycle, a big integer, or what is nested too deeply.
    return undefined;
  }
}
