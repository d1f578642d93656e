import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The `@example`s in the doc comment of an exported function. */
export interface DocExamples {
  /** The function. */
  readonly name: string;
  readonly examples: readonly string[];
}

/** The examples of every function that a file in `src/` exports, tests aside. */
export function docExamples(root: string): readonly DocExamples[] {
  return globSync('src/**/*.ts', { cwd: root })
    .filter((path) => !path.endsWith('.test.ts'))
    .flatMap((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      const functions = text.matchAll(/\/\*\*((?:(?!\*\/)[^])*)\*\/\s*export (?:async )?function\*? (\w+)/g);
      return [...functions].map(([, comment = '', name = '']) => ({ name, examples: examplesOf(comment) }));
    });
}

function examplesOf(comment: string): readonly string[] {
  const lines = comment.replaceAll(/^[ \t]*\* ?/gm, '');
  return lines.split(/^(?=@\w)/m).flatMap((tag) => (tag.startsWith('@example') ? [tag.slice(8).trim()] : []));
}
