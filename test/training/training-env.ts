import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

/** What checks the programs of `training/`; it names what they need. */
const DEVELOPMENT = join(root, 'training/requirements-dev.txt');

/** The Python of an environment with the pinned packages of `training/`, made once for each list of them. */
export function trainingPython(): Promise<string> {
  const lists = ['training/requirements.txt', 'training/reward/requirements.txt'].map((file) => join(root, file));
  return cachedPython('training-env', [...lists, DEVELOPMENT]);
}

/** The same with TRL, in an environment of its own. */
export function preferencesPython(): Promise<string> {
  return cachedPython('preferences-env', [join(root, 'training/preferences/requirements.txt')]);
}

/** The Python of an environment with the packages of the last list, which names the others. */
async function cachedPython(name: string, lists: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
    .update(Buffer.concat(await Promise.all(lists.map((file) => readFile(file)))))
    .digest('hex')
    .slice(0, 12);
  const folder = join(root, 'node_modules/.cache', `${name}-${hash}`);
  const python = join(folder, 'bin/python');
  if (existsSync(python)) return python;
  // Made beside and renamed at the end; an environment may move as long as its programs are started through python.
  const partial = `${folder}.${process.pid}`;
  await rm(partial, { recursive: true, force: true });
  await run('python3', ['-m', 'venv', partial]);
  await run(join(partial, 'bin/python'), ['-m', 'pip', 'install', '--quiet', '-r', lists.at(-1) ?? ''], {
    maxBuffer: 64 * 1024 * 1024,
  });
  await rename(partial, folder);
  return python;
}

/** A few pairs of our own, as JSON Lines: the right colour, animal or sum against a wrong one. */
export function tinyPairs(): string {
  const questions = [
    'Name a colour.',
    'Name an animal.',
    'Name a fruit.',
    'Name a city.',
    'Name a metal.',
    'Name a tool.',
  ];
  const answers = [
    'Blue is a colour.',
    'A cat is an animal.',
    'An apple is a fruit.',
    'Rome is a city.',
    'Iron is a metal.',
    'A saw is a tool.',
  ];
  const lines = questions.flatMap((question, index) =>
    ['Please.', 'Quickly.'].map((how, turn) => {
      const [right, wrong] = [answers[index], answers[(index + 1 + turn) % answers.length]];
      const [a, b] = turn === 0 ? [right, wrong] : [wrong, right];
      return { id: `${index}-${turn}`, instruction: `${question} ${how}`, a, b, label: turn === 0 ? 1 : 0 };
    }),
  );
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}
