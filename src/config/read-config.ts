import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { InvalidConfigError } from '../error/index.ts';
import { errorMessage } from '../util/error-message.ts';
import type { LineFinder, Refuse } from './parse-yaml.ts';

/** A configuration as it is written, not yet checked. */
export interface WrittenConfig {
  readonly value: unknown;
  /** The text of the file. */
  readonly text: string;
  readonly lineOf: LineFinder;
}

/**
 * Reads a configuration file: JSON, YAML, or the default export of a module in TypeScript or JavaScript, which Node runs
 * as it is.
 *
 * @throws InvalidConfigError where it cannot be read.
 */
export async function readConfig(file: string): Promise<WrittenConfig> {
  const refuse: Refuse = (message, { line, cause } = {}) =>
    new InvalidConfigError({ source: file, problems: [{ path: '', value: undefined, message, line }], cause });
  const text = await readText(file, refuse);
  switch (extname(file)) {
    case '.json': {
      const value = parseJson(text, refuse);
      const { parseYaml } = await import('./parse-yaml.ts');
      return { ...parseYaml(text, refuse), value, text };
    }
    case '.yaml':
    case '.yml': {
      const { parseYaml } = await import('./parse-yaml.ts');
      return { ...parseYaml(text, refuse), text };
    }
    case '.ts':
    case '.mts':
    case '.js':
      return { value: await runModule(file, refuse), text, lineOf: () => undefined };
    default:
      throw refuse('expected a file that ends in .ts, .mts, .js, .json, .yaml or .yml.');
  }
}

async function readText(file: string, refuse: Refuse): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    throw refuse(code === 'ENOENT' ? 'there is no such file.' : `it cannot be read (${code ?? cause}).`, { cause });
  }
}

function parseJson(text: string, refuse: Refuse): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    // Without the piece of the text that the message quotes, which may be of a key.
    const message = errorMessage(cause).replace(/, (?:\.\.\.)?".*"(?:\.\.\.)? is/s, ' is');
    throw refuse(`it is not JSON: ${message}.`);
  }
}

async function runModule(file: string, refuse: Refuse): Promise<unknown> {
  let module: { readonly default?: unknown };
  try {
    module = await import(pathToFileURL(file).href);
  } catch (cause) {
    const at = cause instanceof Error ? cause.stack?.split(basename(file))[1] : undefined;
    const line = /^:(\d+)/.exec(at ?? '')?.[1];
    throw refuse(`it does not run: ${errorMessage(cause)}`, {
      cause,
      ...(line === undefined ? {} : { line: Number(line) }),
    });
  }
  if (module.default === undefined) throw refuse('it has no default export; end it with `export default { … };`.');
  return module.default;
}
