import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runInProcess, StringOutput } from '../../../test/e2e/__fixtures__/cli-harness.ts';
import { FakeLanguageModel, FakePairRanker } from '../../test/index.ts';

const SCHEMA = JSON.stringify({
  type: 'object',
  properties: { city: { type: 'string' }, river: { type: 'string' } },
  required: ['city'],
});
const LONG = 'Paris, which lies on the Seine and has been the capital of France for a very long time indeed. '.repeat(
  2,
);

async function ask(schema: string, argv: readonly string[] = [], { isTerminal = false } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'schema-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'schema.json');
  await writeFile(path, schema);
  const answers = ['Sure: {"river":"Seine","city":"Paris"}', 'Paris.', `{"city":"${LONG}"}`];
  const model = new FakeLanguageModel({ answer: (_, index) => answers[index] ?? 'no more' });
  const ranker = new FakePairRanker({ judge: ({ left, right }) => left.length - right.length });
  const stdout = isTerminal ? Object.assign(new StringOutput(), { isTTY: true, columns: 40 }) : new StringOutput();
  const run = await runInProcess(
    ['ask', 'What is the capital of France?', '--schema', path, '--model', 'm', '--samples', '2', ...argv],
    { world: { models: { m: model }, ranker }, stdout },
  );
  return { ...run, path };
}

test('the answer is JSON of the schema, and what is not is left out', async () => {
  const { stdout, stderr, exitCode } = await ask(SCHEMA);
  expect(exitCode).toBe(0);
  expect(stdout).toBe('{\n  "city": "Paris",\n  "river": "Seine"\n}\n');
  expect(stderr).toContain('The answer does not follow the schema: it has no JSON.');
  const { stdout: json } = await ask(SCHEMA, ['--json']);
  expect(JSON.parse(json)).toMatchObject({
    object: { city: 'Paris', river: 'Seine' },
    candidates: [{ object: { city: 'Paris' } }],
    failures: [{ kind: 'invalid' }],
  });
});

test('a terminal breaks no line of the JSON', async () => {
  const { stdout } = await ask(SCHEMA, ['--samples', '3', '--no-fusion'], { isTerminal: true });
  expect(JSON.parse(stdout)).toEqual({ city: LONG });
});

test('a mistake in the schema is named with the file, before any call', async () => {
  for (const [schema, message] of [
    ['{"type": "object"', 'it is not JSON: '],
    ['[1]', 'it holds no JSON schema, which is an object such as {"type": "object", "properties": {…}}.'],
    ['{"type": "objekt"}', 'it is no JSON schema: '],
  ] as const) {
    const { exitCode, stderr } = await ask(schema);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  }
  const missing = await runInProcess(['ask', 'q', '--schema', 'nowhere.json']);
  expect(missing.stderr).toContain('Invalid --schema "nowhere.json": there is no such file.');
  expect(missing.exitCode).toBe(2);
  expect((await runInProcess(['ask', 'q', '--schema', '.'])).stderr).toContain('it is a folder.');
});
