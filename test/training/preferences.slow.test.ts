import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { PREFERENCE_FORMATS } from '../../src/index.ts';
import { preferencesPython } from './training-env.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

/** What a file comes to in Python. */
interface Checked {
  readonly rows: number;
  readonly columns: readonly string[];
  readonly dpo?: number;
  readonly reward?: number;
  readonly kto?: number;
}

const QUESTIONS = [
  'Why is the sky blue?',
  'Name a prime.',
  'What is a cat?',
  'Sum up: 日本 🎉',
  'Say "hi".\u2028Twice.',
];
const ANSWERS = ['It is.', 'Because that is how it is, as everybody knows, and for no other reason at all.', 'No idea'];

// TRL and what it needs take a minute to install, and its steps another half.
test('datasets reads every format, and the trainers of TRL take a step with it', { timeout: 900_000 }, async () => {
  const python = await preferencesPython();
  const folder = await mkdtemp(join(tmpdir(), 'preferences-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const input = join(folder, 'in.jsonl');
  const records = QUESTIONS.map((instruction, index) => ({
    id: index % 2 === 0 ? index : `question ${index}`,
    instruction,
    candidates: ANSWERS.map((answer) => `${answer} (${index})`),
  }));
  await writeFile(input, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  const files: Record<string, readonly string[]> = {
    ...Object.fromEntries(Object.keys(PREFERENCE_FORMATS).map((format) => [`${format}.jsonl`, ['--format', format]])),
    'implicit-messages.jsonl': ['--format', 'trl-implicit', '--messages'],
    'kto-messages.jsonl': ['--format', 'kto', '--messages'],
  };
  const main = join(root, 'src/cli/main.ts');
  for (const [name, argv] of Object.entries(files)) {
    const more = ['--margin', '--output', join(folder, name), '--job', join(folder, 'job')];
    await run(process.execPath, [main, 'preferences', input, ...argv, ...more]);
  }
  const paths = Object.keys(files).map((name) => join(folder, name));
  const { stdout } = await run(python, ['-m', 'preferences.trl_steps', ...paths], {
    cwd: join(root, 'training'),
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    maxBuffer: 64 * 1024 * 1024,
  });
  const checked = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, Checked>;
  expect(Object.keys(checked)).toEqual(Object.keys(files));
  for (const [name, { rows, columns, dpo, reward, kto }] of Object.entries(checked)) {
    expect(rows, name).toBe(name.startsWith('kto') ? 2 * records.length : records.length);
    expect(columns, name).toEqual(expect.arrayContaining(['chosen_probability', 'margin']));
    const losses = name.startsWith('kto') ? [kto] : [dpo, reward];
    for (const loss of losses) expect(loss, name).toBeGreaterThan(0);
  }
});
