import { join } from 'node:path';
import { cachedPython } from '../cached-python.ts';

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
