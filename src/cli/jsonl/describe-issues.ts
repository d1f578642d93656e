import type { z } from 'zod';

/** Most fields of one record that are named. */
const MAX_FIELDS = 3;
/** Most characters of a value that are quoted. */
const MAX_QUOTED = 60;

/**
 * What is wrong with a record: each field with what it should be and what it is. The messages of the schemas are
 * written to follow "expected".
 */
export function describeIssues(issues: readonly Pick<z.core.$ZodIssue, 'path' | 'message'>[], record: unknown): string {
  const more = issues.length > MAX_FIELDS ? ` And ${issues.length - MAX_FIELDS} more.` : '';
  const named = issues
    .slice(0, MAX_FIELDS)
    .map(({ path, message }) => {
      const value = path.reduce<unknown>(fieldOf, record);
      const field = path.length === 0 ? 'the line' : formatPath(path);
      return value === undefined
        ? `${field} is missing: expected ${message}.`
        : `${field} is ${quote(value)}: expected ${message}.`;
    })
    .join(' ');
  return named + more;
}

function fieldOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? value[key as keyof typeof value]
    : undefined;
}

function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`),
    '',
  );
}

function quote(value: unknown): string {
  const json = JSON.stringify(value);
  return json.length > MAX_QUOTED ? `${json.slice(0, MAX_QUOTED).toWellFormed()}…` : json;
}
