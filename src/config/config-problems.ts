import type { ConfigProblem } from '../error/index.ts';
import { redactSecrets } from '../util/error-message.ts';
import type { Finding } from './finding.ts';
import type { LineFinder } from './line-finder.ts';

/** Most characters of a value that are quoted. */
const MAX_QUOTED = 60;

/** Findings as they are told, in the order of the file. */
export function toProblems(
  findings: readonly Finding[],
  { value, lineOf }: { value: unknown; lineOf: LineFinder },
): readonly ConfigProblem[] {
  return findings
    .map(({ path, message }) => ({
      path: formatPath(path),
      value: describeValue(path, path.reduce<unknown>(fieldOf, value)),
      message: redactSecrets(message),
      line: lineOf(path),
    }))
    .toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

function fieldOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? value[key as keyof typeof value]
    : undefined;
}

function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    const name = redactSecrets(String(key));
    return text === '' ? name : `${text}.${name}`;
  }, '');
}

/** What stands there. Of a provider only what cannot be a key: a key that was written by mistake has no shape to know it by. */
function describeValue(path: readonly PropertyKey[], value: unknown): string | undefined {
  const [section, , field] = path;
  if (section === 'providers' && field !== 'api' && field !== 'baseURL') return undefined;
  if (value === undefined) return path.length === 0 ? undefined : 'missing';
  if (typeof value === 'function') return '(function)';
  const json = redactSecrets(JSON.stringify(value) ?? String(value));
  return json.length > MAX_QUOTED ? `${json.slice(0, MAX_QUOTED).toWellFormed()}…` : json;
}
