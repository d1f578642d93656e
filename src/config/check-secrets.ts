import { redactSecrets } from '../util/error-message.ts';
import type { Finding } from './finding.ts';

/** Headers that carry a key. */
const SECRET_HEADER = /authorization|cookie|key|secret|token/i;

/**
 * Finds keys that are written in a configuration file. A value that a TypeScript file takes from the environment is not
 * in the text of the file, and does not count.
 */
export function checkSecrets(config: unknown, text: string): readonly Finding[] {
  return [...findStrings(config, [])].flatMap(({ path, value }) => {
    const [section, , field, name] = path;
    const isHeader = section === 'providers' && field === 'headers' && SECRET_HEADER.test(String(name));
    if (value === '' || !text.includes(value)) return [];
    if (!isHeader && redactSecrets(value) === value) return [];
    return [
      {
        path,
        message: isHeader
          ? 'a header with a key does not belong here: name the variable of the key in apiKeyEnv, or take the header from process.env in a file in TypeScript.'
          : 'this looks like a key, and keys do not belong here: put yours into an environment variable, and its name into apiKeyEnv.',
      },
    ];
  });
}

function* findStrings(
  value: unknown,
  path: readonly PropertyKey[],
): Generator<{ path: readonly PropertyKey[]; value: string }> {
  if (typeof value === 'string') yield { path, value };
  else if (Array.isArray(value))
    for (const [index, item] of value.entries()) yield* findStrings(item, [...path, index]);
  // Other objects, such as models, may hold keys.
  else if (isPlain(value)) for (const [key, item] of Object.entries(value)) yield* findStrings(item, [...path, key]);
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
