import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runInProcess } from '../../../test/e2e/__fixtures__/cli-harness.ts';
import { FakeLanguageModel } from '../../test/index.ts';

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

/** A folder for data, and `ask` with one model that counts its answers. */
async function desk() {
  const data = await mkdtemp(join(tmpdir(), 'conversations-'));
  onTestFinished(() => rm(data, { recursive: true }));
  const model = new FakeLanguageModel({ answer: (_, index) => `answer ${index + 1}` });
  const run = (argv: readonly string[], stdin = '') =>
    runInProcess(argv, { stdin, env: { LLM_BLENDER_DATA: data }, world: { models: { m: model } } });
  const ask = (question: string, ...flags: readonly string[]) => run(['ask', question, '-m', 'm', ...flags]);
  return { data, folder: join(data, 'conversations'), model, run, ask };
}

/** What the model was asked last, without the form of its parts. */
function lastPrompt({ calls }: FakeLanguageModel): readonly (readonly [role: string, text: string])[] {
  return (calls.at(-1)?.prompt ?? []).map(({ role, content }) => [
    role,
    typeof content === 'string'
      ? content
      : content.map((part) => (part.type === 'text' ? part.text : `(${part.type})`)).join(' '),
  ]);
}

test('without a flag nothing is stored', async () => {
  const { data, run, ask } = await desk();
  expect((await ask('One?')).exitCode).toBe(0);
  expect(await readdir(data)).toEqual([]);
  expect(await run(['conversations', 'list'])).toEqual({ exitCode: 0, stdout: '', stderr: '' });
});

test('--continue starts a conversation and goes on with it; the file is only for its owner', async () => {
  const { folder, model, ask } = await desk();
  const first = await ask('One?', '--continue', '--system', 'Be brief.');
  expect([first.stdout, first.stderr]).toEqual(['answer 1\n', expect.stringMatching(/^New conversation [\d-]+\w+\n/)]);
  const second = await ask('Two?', '-c');
  expect(second.stderr).toMatch(/^Continuing the conversation [\d-]+\w+: 1 earlier question\n/);
  expect(lastPrompt(model)).toEqual([
    ['system', 'Be brief.'],
    ['user', 'One?'],
    ['assistant', 'answer 1'],
    ['user', 'Two?'],
  ]);
  await ask('Three?', '-c', '--system', 'Be long.');
  expect(lastPrompt(model)).toEqual([
    ['system', 'Be long.'],
    ['user', 'One?'],
    ['assistant', 'answer 1'],
    ['user', 'Two?'],
    ['assistant', 'answer 2'],
    ['user', 'Three?'],
  ]);
  const [file = ''] = await readdir(folder);
  expect((await readdir(folder)).length).toBe(1);
  expect((await stat(join(folder, file))).mode & 0o777).toBe(0o600);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
});

test('conversations with names are apart, --keep begins another, --continue takes the one used last', async () => {
  const { model, run, ask } = await desk();
  await ask('A1?', '--conversation', 'garden');
  await ask('B1?', '--conversation', 'büro-2.0');
  await ask('A2?', '--conversation', 'garden');
  await ask('A3?', '--continue');
  expect(lastPrompt(model).map(([, text]) => text)).toEqual(['A1?', 'answer 1', 'A2?', 'answer 3', 'A3?']);
  await ask('C1?', '--keep');
  expect(lastPrompt(model)).toEqual([['user', 'C1?']]);
  await ask('C2?', '--continue');
  expect(lastPrompt(model).map(([, text]) => text)).toEqual(['C1?', 'answer 5', 'C2?']);
  const { stdout } = await run(['conversations', 'list', '--json']);
  expect(JSON.parse(stdout)).toMatchObject([
    { name: expect.stringMatching(/^\d{8}-\d{6}-\w{4}$/), turns: 2, question: 'C1?' },
    { name: 'garden', turns: 3, question: 'A1?' },
    { name: 'büro-2.0', turns: 1, question: 'B1?' },
  ]);
  expect((await run(['conversations', 'list'])).stdout).toMatch(
    /^garden +\d{4}-\d\d-\d\d \d\d:\d\d +3 questions .* A1\?$/m,
  );
});

test('files and texts of earlier questions are shown again', async () => {
  const { data, model, run, ask } = await desk();
  await writeFile(join(data, 'chart.png'), PNG);
  await run(['ask', 'What is it?', '-m', 'm', '--keep', '--attach', join(data, 'chart.png')], 'a,b\n1,2\n');
  await ask('And now?', '--continue');
  const [user] = model.calls.at(-1)?.prompt ?? [];
  expect(user?.content).toMatchObject([
    { type: 'file', mediaType: 'image/png', filename: 'chart.png' },
    {
      type: 'text',
      text: expect.stringMatching(/^What is it\?\n\n<file \w+ standard input>\na,b\n1,2\n\n<\/file \w+>$/),
    },
  ]);
});

test('a question that fails, or is only estimated, is not kept', async () => {
  const { data, run, ask } = await desk();
  const failing = new FakeLanguageModel({ answer: new Error('refused') });
  const failed = await runInProcess(['ask', 'One?', '-m', 'm', '--keep'], {
    env: { LLM_BLENDER_DATA: data },
    world: { models: { m: failing } },
  });
  expect(failed.exitCode).toBe(1);
  await ask('One?', '--keep', '--estimate');
  expect((await run(['conversations', 'list'])).stdout).toBe('');
});

test('what cannot be is refused with the way out', async () => {
  const { folder, run, ask } = await desk();
  for (const name of ['../up', '', '.hidden', 'a/b', 'a b', 'x'.repeat(51), '-q']) {
    const { exitCode, stderr } = await ask('One?', `--conversation=${name}`);
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/^error: (Invalid --conversation|option)/)]);
  }
  expect((await ask('One?', '--keep', '--continue')).stderr).toMatch(
    /'--keep' cannot be used with option '-c, --continue'/,
  );
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'conversation-odd.json'), '{"version":1,');
  const damaged = await ask('One?', '--continue');
  expect([damaged.exitCode, damaged.stdout, damaged.stderr]).toEqual([
    1,
    '',
    expect.stringMatching(
      /^error: The conversation odd cannot be read: .* is damaged\. Remove it with: llm-blender conversations clear odd\n$/,
    ),
  ]);
  expect((await run(['conversations', 'list'])).stdout).toMatch(/^odd .* damaged/);
  expect(await run(['conversations', 'clear', 'even'])).toMatchObject({ exitCode: 2, stdout: '' });
  expect(await run(['conversations', 'clear', 'odd'])).toMatchObject({
    exitCode: 0,
    stderr: 'Removed 1 conversation.\n',
  });
  expect(await readdir(folder)).toEqual([]);
});

test('of two at once in one conversation both turns are kept', async () => {
  const { folder, ask } = await desk();
  await ask('One?', '--conversation', 'shared');
  const questions = Array.from({ length: 6 }, (_, index) => `At once ${index}?`);
  await Promise.all(questions.map((question) => ask(question, '--conversation', 'shared')));
  const kept = JSON.parse(await readFile(join(folder, 'conversation-shared.json'), 'utf8'));
  expect(kept.turns.map(({ text }: { text: string }) => text).toSorted()).toEqual([...questions, 'One?'].toSorted());
  expect(await readdir(folder)).toEqual(['conversation-shared.json']);
});

test('of more than 100 the oldest is dropped, and what an interrupted run left goes', async () => {
  const { folder, ask } = await desk();
  await mkdir(folder, { recursive: true });
  const text = JSON.stringify({ version: 1, turns: [{ text: 'q', answer: 'a' }] });
  const long = new Date(Date.now() - 10_000_000);
  for (let index = 0; index < 100; index++) {
    const path = join(folder, `conversation-c${index}.json`);
    await writeFile(path, text);
    await utimes(path, long, new Date(long.getTime() - index * 1000));
  }
  await writeFile(join(folder, 'conversation-x.json.123.tmp'), 'half');
  await utimes(join(folder, 'conversation-x.json.123.tmp'), long, long);
  await ask('New?', '--conversation', 'new');
  const names = await readdir(folder);
  expect(names.length).toBe(100);
  expect(names).toContain('conversation-new.json');
  expect(names).not.toContain('conversation-c99.json');
  expect(names).not.toContain('conversation-x.json.123.tmp');
});
