import type { z } from 'zod';
import { type ConfigProblem, InvalidConfigError } from '../error/index.ts';
import { redactSecrets } from '../util/error-message.ts';
import type { BlenderConfig } from './blender-config.ts';
import { checkReferences } from './check-references.ts';
import { checkSecrets } from './check-secrets.ts';
import { configSchema } from './config-schema.ts';
import type { Finding } from './finding.ts';
import type { LineFinder } from './parse-yaml.ts';
import type { WrittenConfig } from './read-config.ts';

/**
 * Checks a whole configuration.
 *
 * @throws InvalidConfigError with all problems.
 */
export function checkConfig({ value, text, lineOf }: WrittenConfig, source: string): BlenderConfig {
  const parsed = configSchema.safeParse(value);
  const findings = [
    ...(parsed.success ? [] : schemaFindings(parsed.error.issues)),
    ...checkReferences(value),
    ...checkSecrets(value, text),
  ];
  if (parsed.success && findings.length === 0) return parsed.data;
  throw new InvalidConfigError({ source, problems: toProblems(findings, { value, lineOf }) });
}

type Issue = z.core.$ZodIssue;

/** The issues of the schema, one finding for each value that is wrong. */
function schemaFindings(issues: readonly Issue[], parent: readonly PropertyKey[] = []): readonly Finding[] {
  return issues.flatMap((issue): readonly Finding[] => {
    const path = [...parent, ...issue.path];
    switch (issue.code) {
      case 'unrecognized_keys': {
        // One line for each key, see `optionsObject`.
        const messages = issue.message.split('\n');
        return issue.keys.map((key, index) => ({ path: [...path, key], message: messages[index] ?? '' }));
      }
      case 'invalid_key':
        return issue.issues.map(({ message }) => ({ path, message: sentence(message) }));
      case 'invalid_union': {
        const branch = issue.errors.find((errors) => !errors.some(isOfAnotherKind));
        return branch === undefined ? [{ path, message: sentence(issue.message) }] : schemaFindings(branch, path);
      }
      default:
        return [{ path, message: sentence(issue.message) }];
    }
  });
}

/** True where the value is of another kind than the branch of a union, so that the problems of the branch do not matter. */
function isOfAnotherKind({ code, path }: Issue): boolean {
  return path.length === 0 && (code === 'invalid_type' || code === 'custom' || code === 'invalid_value');
}

/** `Invalid input: expected int, received number` as a sentence, without what the value shows. */
function sentence(message: string): string {
  const text = message.replace(/^[A-Z][a-z ]*: /, '').replace(/, received \w+$/, '');
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** Most characters of a value that are quoted. */
const MAX_QUOTED = 60;

/** Findings as they are reported, in the order of the file. */
function toProblems(
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

/** The value, shortened. Of a provider only fields that cannot hold a key: a key written there by mistake may have any form. */
function describeValue(path: readonly PropertyKey[], value: unknown): string | undefined {
  const [section, , field] = path;
  if (section === 'providers' && field !== 'api' && field !== 'baseURL') return undefined;
  if (value === undefined) return path.length === 0 ? undefined : 'missing';
  if (typeof value === 'function') return '(function)';
  const json = redactSecrets(JSON.stringify(value) ?? String(value));
  return json.length > MAX_QUOTED ? `${json.slice(0, MAX_QUOTED).toWellFormed()}…` : json;
}
