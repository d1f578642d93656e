import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { InvalidArgumentError } from '../../index.ts';
import { codeOf } from '../errors.ts';

/**
 * Adds the variables of files such as `.env` to the environment, as Node's `--env-file` does: those that are set stay,
 * and a later file wins over an earlier one.
 *
 * @throws InvalidArgumentError for a file that cannot be read or holds no variable; it never shows what is in one.
 */
export function loadEnvFiles(paths: readonly string[], env: Record<string, string | undefined>): void {
  const found = Object.assign({}, ...paths.map(readEnvFile)) as Record<string, string>;
  for (const [name, value] of Object.entries(found)) env[name] ??= value;
}

function readEnvFile(path: string): NodeJS.Dict<string> {
  const refuse = (message: string) => new InvalidArgumentError({ parameter: '--env-file', value: path, message });
  const variables = parseEnv(readText(path, refuse));
  if (Object.keys(variables).length === 0) throw refuse('it has no line NAME=VALUE.');
  return variables;
}

function readText(path: string, refuse: (message: string) => Error): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') throw refuse('there is no such file.');
    throw refuse(code === 'EISDIR' ? 'it is a folder.' : `it cannot be read (${code}).`);
  }
  // Zeros are of UTF-16, which is UTF-8 by chance.
  if (!isUtf8(bytes) || bytes.includes(0)) throw refuse('it is no text in UTF-8. Save it as UTF-8.');
  // A byte order mark goes with decoding.
  return new TextDecoder().decode(bytes);
}
