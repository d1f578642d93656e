import { type Fields, NAMES, plainName } from './field-names.ts';
import { wrongValue } from './problems.ts';
import { type RawCandidate, rawOf } from './raw-candidate.ts';
import { modelOf } from './texts.ts';
import { isObject } from '../../util/is-object.ts';

/** The letter or number at the end of `response_a`, `output 1` or `b`, or within `model_a_response`. */
const LETTER_OR_NUMBER = '([a-h]|\\d{1,2})';

const LETTERS = 'abcdefgh';

const NUMBERED_STEMS = [...NAMES.answer, ...NAMES.numberedAnswer].map(plainName);
const NUMBERED_FORMS = [
  new RegExp(`^(${NUMBERED_STEMS.join('|')}|)${LETTER_OR_NUMBER}$`),
  new RegExp(`^(?:model|assistant|system|llm)?${LETTER_OR_NUMBER}(${NUMBERED_STEMS.join('|')})$`),
] as const;

/** The first form with other words before it, as in `orig_response_a`. */
const LONGER_FORM = new RegExp(`^(.+_(?:${NUMBERED_STEMS.join('|')}))_?${LETTER_OR_NUMBER}$`);

/** Answers in fields of their own, told apart by a letter or a number. */
export function readNumbered(fields: Fields): readonly RawCandidate[] | undefined {
  const groups = new Map<string, { key: string; value: unknown; suffix: string }[]>();
  for (const [key, value] of Object.entries(fields.row)) {
    const [suffix, group] = numberOf(key);
    // A number alone names a column, not an answer.
    if (suffix === undefined || group === undefined || (group === '' && /\d/.test(suffix))) continue;
    groups.set(group, [...(groups.get(group) ?? []), { key, value, suffix }]);
  }
  const several = [...groups].filter(([, members]) => members.length > 1);
  const [stem, members] =
    several.find(([name]) => NUMBERED_STEMS.includes(name)) ??
    several.find(([name]) => name === '') ??
    // Under longer names there may be anything, such as the scores of answers.
    several.find(([, all]) => all.every(({ value }) => rawOf(value) !== undefined)) ??
    onlyOneOfTwo(groups) ??
    [];
  if (members === undefined || stem === undefined) return undefined;
  const sorted = members.toSorted((x, y) => x.suffix.localeCompare(y.suffix, 'en', { numeric: true }));
  // `response` beside `response_2` is the first.
  const bare = fields.find(stem === '' || sorted[0]?.suffix !== '2' ? [] : [stem]);
  const all = bare === undefined ? sorted : [{ ...bare, suffix: '1' }, ...sorted];
  // Rows with fewer answers leave the last fields blank.
  const length = Math.max(2, all.findLastIndex(({ value }) => value !== null && value !== '') + 1);
  return all.slice(0, length).map(({ key, value, suffix }) => {
    const raw = rawOf(value);
    if (raw === undefined) throw wrongValue(key, value, 'a text');
    const model = fields.find([suffix, ...counterpart(suffix)].flatMap(modelNames));
    return { ...raw, model: raw.model ?? modelOf({ model: model?.value }) };
  });
}

function modelNames(suffix: string): readonly string[] {
  return [`model_${suffix}`, `generator_${suffix}`, `model_name_${suffix}`, `model_${suffix}_name`];
}

/** The letter for a number from 1, or the other way round: some name `model_a` beside `response_1`. */
function counterpart(suffix: string): readonly string[] {
  const place = LETTERS.indexOf(suffix);
  if (place !== -1) return [String(place + 1)];
  const letter = LETTERS[Number(suffix) - 1];
  return letter === undefined ? [] : [letter];
}

/** The letter or number of a name, and what it numbers. */
function numberOf(key: string): readonly [suffix?: string | undefined, group?: string | undefined] {
  const name = plainName(key);
  const [, stem, suffix] = NUMBERED_FORMS[0].exec(name) ?? [];
  if (suffix !== undefined) return [suffix, stem];
  const [, inner, innerStem] = NUMBERED_FORMS[1].exec(name) ?? [];
  if (inner !== undefined) return [inner, innerStem];
  const words = key.replaceAll(/(?<=\p{Ll})(?=\p{Lu})|[^\p{L}\p{N}]+/gu, '_').toLowerCase();
  const [, longStem, last] = LONGER_FORM.exec(words) ?? [];
  return [last, longStem];
}

/** `a` without `b`, or the other way round: a mistake in one row, not another form. */
function onlyOneOfTwo(groups: ReadonlyMap<string, readonly { key: string; suffix: string }[]>): undefined {
  const [only] = groups.get('') ?? [];
  if (only === undefined || !['a', 'b'].includes(only.suffix)) return undefined;
  throw wrongValue(only.suffix === 'a' ? 'b' : 'a', undefined, 'a text');
}

const STEM_OF_MODEL = '(?:response|output|answer|completion|generation|reply|prediction|text)';
const NAMED_BY_MODEL = [
  new RegExp(`^(.+?)[\\s_.:/-]+${STEM_OF_MODEL}$`, 'i'),
  new RegExp(`^${STEM_OF_MODEL}[\\s_.:/-]+(?:of[\\s_]|by[\\s_]|from[\\s_])?\\(?(.+?)\\)?$`, 'i'),
] as const;

/** What stands before or after such a word and is no model. */
const NO_MODEL =
  /^(?:reference|ref|correct|incorrect|gold(?:en)?|expected|best|ground[\s_]?truth|true|target|ideal|label|raw|full|formatted|generated|prompt|input|question|original|final|id|length|len|tokens?|score|type|format|time|date|language|lang|source|mask)$/i;

/** Answers in fields that are called after their models, such as `gpt-4_response`. */
export function readColumnsOfModels(
  fields: Fields,
  questionKeys: readonly string[],
): readonly RawCandidate[] | undefined {
  for (const form of NAMED_BY_MODEL) {
    const named = Object.entries(fields.row).flatMap(([key, value]): readonly RawCandidate[] => {
      const model = form.exec(key)?.[1];
      const raw = typeof value === 'string' || isObject(value) ? rawOf(value) : undefined;
      return model === undefined || NO_MODEL.test(model) || questionKeys.includes(key) || raw === undefined
        ? []
        : [{ ...raw, model }];
    });
    if (named.length > 1) return named;
  }
  return undefined;
}
