import { existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { InvalidConfigError } from '../error/index.ts';

/** The names of a configuration file. */
export const CONFIG_NAMES = ['ts', 'mts', 'js', 'json', 'yaml', 'yml'].map(
  (extension) => `blender.config.${extension}`,
);

/**
 * Finds the nearest configuration file in a folder and those above it, up to the home folder, or up to the root if the
 * folder is outside of it.
 *
 * @returns the path, or undefined if there is none.
 * @throws InvalidConfigError if one folder has two, or if a folder above has one of another user: a file in
 * TypeScript or JavaScript is a program, and a folder that all may write to, such as that of temporary files, is above
 * many.
 * @example
 * const path = findConfig() ?? 'no configuration';
 */
export function findConfig(
  from: string = process.cwd(),
  { home = homedir() }: { home?: string } = {},
): string | undefined {
  const start = resolve(from);
  for (let folder = start; ; folder = dirname(folder)) {
    const [found, second] = CONFIG_NAMES.map((name) => join(folder, name)).filter((path) => existsSync(path));
    if (found !== undefined) {
      if (second !== undefined) throw refuse(found, `there is also ${second}; keep one of them.`);
      if (folder !== start && isOfAnotherUser(found)) {
        throw refuse(found, 'it belongs to another user; to use it all the same, name it with --config.');
      }
      return found;
    }
    if (folder === resolve(home) || folder === dirname(folder)) return undefined;
  }
}

function isOfAnotherUser(path: string): boolean {
  const user = process.getuid?.();
  return user !== undefined && ![user, 0].includes(statSync(path).uid);
}

function refuse(source: string, message: string): InvalidConfigError {
  return new InvalidConfigError({ source, problems: [{ path: '', value: undefined, message, line: undefined }] });
}
