import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runInProcess, StringOutput } from '../../../test/e2e/__fixtures__/cli-harness.ts';
import { FakeLanguageModel, FakePairRanker, HANG } from '../../test/index.ts';

const say = (text: string) => new FakeLanguageModel({ modelId: text, answer: text });
const ranker = new FakePairRanker({ judge: ({ left, right }) => left.length - right.length });

async function inFolder(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'replay-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, name);
}

function ask(flags: readonly string[], models: Readonly<Record<string, FakeLanguageModel>>) {
  const argv = ['ask', 'Why?', '--fuser', 'writer', ...flags];
  const named = Object.keys(models).flatMap((name) => (name === 'writer' ? [] : ['--model', name]));
  return runInProcess([...argv, ...named], { world: { models, ranker } });
}

const MODELS = { one: say('one'), three: say('three'), writer: say('a fused answer') };

test('what is recorded is shown again, without a model', async () => {
  const file = await inFolder('blend.jsonl');
  const asked = await ask(['--record', file], MODELS);
  expect(asked).toMatchObject({ exitCode: 0, stdout: 'a fused answer\n' });
  if (process.platform !== 'win32') expect((await stat(file)).mode & 0o777).toBe(0o600);
  const again = await runInProcess(['replay', file]);
  expect(again).toMatchObject({ exitCode: 0, stdout: 'a fused answer\n', stderr: asked.stderr });
  const json = await runInProcess(['replay', file, '--json', '--quiet']);
  expect(JSON.parse(json.stdout)).toMatchObject({
    decision: 'fused',
    candidates: [{ text: 'three' }, { text: 'one' }],
  });
});

test('a blend that fails is recorded as well, and its replay fails', async () => {
  const file = await inFolder('blend.jsonl');
  const bad = new FakeLanguageModel({ modelId: 'bad', answer: new Error('broken') });
  const asked = await ask(['--record', file], { bad });
  expect(asked.exitCode).toBe(1);
  expect(await readFile(file, 'utf8')).toContain('"blend-error"');
  const again = await runInProcess(['replay', file]);
  expect(again.exitCode).toBe(1);
  expect(again.stderr).toContain('No model gave an answer (1 asked)');
});

test('a file that is none is named', async () => {
  const missing = await runInProcess(['replay', 'nowhere.jsonl']);
  expect(missing).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('Invalid FILE "nowhere.jsonl": there is no such file.'),
  });
  expect((await runInProcess(['replay', '.'])).stderr).toContain('it cannot be read (EISDIR).');
  const file = await inFolder('blend.jsonl');
  await writeFile(file, 'Hello\n');
  expect(await runInProcess(['replay', file])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('the recording, line 1: it is not JSON'),
  });
  await writeFile(file, '');
  expect(await runInProcess(['replay', file])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('The blend ended without a result.'),
  });
});

test('a file that cannot be written ends the command before a model is asked', async () => {
  const model = say('one');
  const run = await ask(['--record', join('no', 'such', 'folder.jsonl')], { one: model });
  expect(run).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('Invalid --record "no/such/folder.jsonl"'),
  });
  expect(model.calls).toEqual([]);
});

test('--stream fused writes the pieces as they come', async () => {
  const seen: string[] = [];
  const stdout: StringOutput = new StringOutput({ onWrite: () => seen.push(stdout.text) });
  const argv = ['ask', 'Why?', '--model', 'one', '--model', 'three', '--fuser', 'writer', '--stream', 'fused'];
  const { stderr } = await runInProcess(argv, { world: { models: MODELS, ranker }, stdout });
  expect(seen.slice(0, 4)).toEqual(['a ', 'a fused ', 'a fused answer', 'a fused answer\n']);
  expect(stderr).toContain('without a check against the best candidate');
});

test('--quorum and --patience leave the slow ones out, --fast stops where answers agree', async () => {
  const slow = new FakeLanguageModel({ modelId: 'slow', answer: HANG });
  const quorum = await ask(['--quorum', '2', '--patience', '0', '--json'], { ...MODELS, slow });
  expect(JSON.parse(quorum.stdout)).toMatchObject({ failures: [{ model: 'fake/slow', kind: 'late' }] });
  const fast = await ask(['--fast', '--json'], { one: say('Yes.'), other: say('yes'), slow, writer: say('No.') });
  expect(JSON.parse(fast.stdout)).toMatchObject({ text: 'Yes.', ranker: 'agreement' });
  expect((await ask(['--patience', '1'], MODELS)).stderr).toContain('Set quorum (--quorum) as well.');
});
