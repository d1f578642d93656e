import { InvalidArgumentError } from '../../error/index.ts';
import { suggest } from '../../util/suggest.ts';
import { NAMES, plainName } from './field-names.ts';
import { UnknownShape } from './problems.ts';
import { isObject } from '../../util/is-object.ts';

const QUESTION_NAMES = ['instruction', 'prompt', 'question', 'messages'] as const;
const ANSWER_NAMES = [
  'candidates',
  'responses',
  'a',
  'b',
  'chosen',
  'rejected',
  'answer',
  'response',
  'output',
] as const;

/** What a field of a file can be mapped to. */
export const MAPPED_NAMES = [
  ...QUESTION_NAMES,
  'input',
  'system',
  ...ANSWER_NAMES,
  'models',
  'model',
  'model_a',
  'model_b',
  'id',
] as const;

type MappedName = (typeof MAPPED_NAMES)[number];

/** Which fields of a file, by name or path, stand for ours. */
export type FieldMap = ReadonlyMap<MappedName, readonly string[]>;

/** Where the next mapping begins in `instruction=x,candidates=y,z`. */
const NEXT_MAPPING = new RegExp(`,(?=\\s*(?:${MAPPED_NAMES.join('|')})\\s*=)`, 'i');

/**
 * Reads mappings `OURS=THEIRS`, one or several in a text. Several fields, separated by commas or given one by one, are
 * the candidates of models of these names.
 *
 * @throws InvalidArgumentError
 */
export function parseFieldMap(mappings: readonly string[]): FieldMap {
  const map = new Map<MappedName, readonly string[]>();
  for (const mapping of mappings.flatMap((text) => text.split(NEXT_MAPPING))) {
    const [, ours = '', theirs = ''] = /^\s*([^=]*?)\s*=\s*(.*?)\s*$/s.exec(mapping) ?? [];
    const refuse = (message: string) => new InvalidArgumentError({ parameter: '--map', value: mapping, message });
    if (ours === '' || theirs === '') throw refuse('expected OURS=THEIRS, such as instruction=question_text.');
    const name = nameOf(ours);
    if (name === undefined) {
      const turned = nameOf(theirs) === undefined ? suggest(ours, MAPPED_NAMES) : ` Did you mean ${theirs}=${ours}?`;
      throw refuse(`${ours} is no field of ours.${turned}`);
    }
    const earlier = map.get(name) ?? [];
    if (earlier.length > 0 && !isList(name)) throw refuse(`${name} is mapped twice.`);
    map.set(name, [...earlier, theirs]);
  }
  return map;
}

function nameOf(text: string): MappedName | undefined {
  return MAPPED_NAMES.find((known) => plainName(known) === plainName(text));
}

function isList(name: MappedName): boolean {
  return name === 'candidates' || name === 'responses';
}

/** A row by our names: only the mapped fields, and all that mappings leave to be found by their own names. */
export interface MappedRow {
  readonly question: Readonly<Record<string, unknown>>;
  readonly answers: Readonly<Record<string, unknown>>;
  readonly rest: Readonly<Record<string, unknown>>;
}

/** @throws UnknownShape where a field is missing. */
export function applyFieldMap(row: Readonly<Record<string, unknown>>, map: FieldMap): MappedRow {
  if (map.size === 0) return { question: row, answers: row, rest: row };
  const mapped: Record<string, unknown> = {};
  for (const [ours, given] of map) {
    // The name of a field may have a comma in it.
    const theirs = isList(ours) ? given.flatMap((name) => (name in row ? [name] : name.split(','))) : given;
    const [field = ''] = theirs;
    if (theirs.length === 1) {
      const value = fieldOf(row, field, ours);
      // A text in place of a list of candidates is one answer of several rows.
      mapped[isList(ours) && typeof value === 'string' && !/^\s*[[{]/.test(value) ? 'answer' : ours] = value;
    } else {
      mapped[ours] = theirs.flatMap((name) => {
        const value = fieldOf(row, name, ours);
        return value === null ? [] : [isObject(value) ? { model: name, ...value } : { text: value, model: name }];
      });
    }
  }
  const rest = {
    ...withoutFields(
      row,
      [...map.values()].flat().flatMap((name) => [name, ...name.split(',')]),
    ),
    ...mapped,
  };
  const has = (names: readonly string[]) => names.some((name) => name in mapped);
  return {
    question: has(QUESTION_NAMES) ? { ...pick(rest, [...NAMES.input, ...NAMES.system]), ...mapped } : rest,
    answers: has(ANSWER_NAMES) ? { ...pick(rest, [...NAMES.model, ...NAMES.models]), ...mapped } : rest,
    rest,
  };
}

function pick(row: Readonly<Record<string, unknown>>, names: readonly string[]): Readonly<Record<string, unknown>> {
  const wanted = new Set(names.map(plainName));
  return Object.fromEntries(Object.entries(row).filter(([key]) => wanted.has(plainName(key))));
}

function withoutFields(
  row: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(row).filter(([key]) => !names.includes(key)));
}

/** The value at a name or a path such as `info.post` or `outputs[0].text`; `[*]` takes all items of a list. */
function fieldOf(row: Readonly<Record<string, unknown>>, given: string, ours: string): unknown {
  const path = given.trim();
  const key =
    Object.keys(row).find((name) => name === path) ??
    Object.keys(row).find((name) => plainName(name) === plainName(path));
  const value =
    key === undefined
      ? follow(
          row,
          path.split(/[.[\]]+/).filter((step) => step !== ''),
        )
      : row[key];
  if (value !== undefined) return value;
  throw new UnknownShape(`--map ${ours}=${path} names no field of it.${suggest(path, Object.keys(row))}`);
}

function follow(value: unknown, steps: readonly string[]): unknown {
  const [step, ...further] = steps;
  if (step === undefined) return value;
  if (Array.isArray(value) && step === '*') return value.map((item) => follow(item, further));
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
  return follow((value as Readonly<Record<string, unknown>>)[step], further);
}
