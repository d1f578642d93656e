import { ValueProblem } from '../../records/index.ts';
import { isObject, type UnknownObject } from '../../util/is-object.ts';
import { shortened } from '../../util/value-path.ts';

/** Whether a field says nothing. */
export function isAbsent(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

/** @throws ValueProblem that names the field, its value, and what is expected. */
export function refuse(field: string, value: unknown, expected: string): ValueProblem {
  return new ValueProblem(
    isAbsent(value)
      ? `${field} is missing: expected ${expected}.`
      : `${field} is ${shortened(typeof value === 'number' ? String(value) : JSON.stringify(value))}: expected ${expected}.`,
  );
}

/** A number, also as the text of a cell; undefined for anything else. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** The text of a field. @throws ValueProblem */
export function textOf(row: UnknownObject, field: string, within = ''): string {
  const value = row[field];
  if (typeof value !== 'string') throw refuse(`${within}${field}`, value, 'a text');
  return value;
}

/** The text of a field that may be missing. @throws ValueProblem */
export function optionalText(row: UnknownObject, field: string, within = ''): string | undefined {
  return isAbsent(row[field]) ? undefined : textOf(row, field, within);
}

/** A list of objects, at least one. @throws ValueProblem */
export function objectsOf(row: UnknownObject, field: string): readonly UnknownObject[] {
  const value = row[field];
  if (!Array.isArray(value) || value.length === 0) throw refuse(field, value, 'a list of objects');
  const wrong = value.findIndex((item) => !isObject(item));
  if (wrong !== -1) throw refuse(`${field}[${wrong}]`, value[wrong], 'an object');
  return value as readonly UnknownObject[];
}

/** One text or a list of texts, as a list. @throws ValueProblem */
export function textsOf(row: UnknownObject, field: string): readonly string[] {
  const value = row[field];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const wrong = list.find((item) => typeof item !== 'string');
  if (list.length === 0 || wrong !== undefined || typeof list[0] !== 'string')
    throw refuse(field, value, 'a text or texts');
  return list as readonly string[];
}
