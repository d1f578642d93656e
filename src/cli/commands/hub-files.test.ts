import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { type FakeWorld, runInProcess } from '../../../test/e2e/__fixtures__/cli-harness.ts';
import { FakePairRanker } from '../../test/index.ts';
import { type FakeHub, startFakeHub } from '../../weights/__fixtures__/fake-hub.ts';

const PATH = 'hf://datasets/o/n/data/train.jsonl';
const TOKEN = 'hf_a-token-of-nobody';
const RECORDS = [
  { id: 'a', prompt: 'Why?', candidates: ['1', '333'] },
  { id: 'b', prompt: 'How?', candidates: ['22', '1'] },
];

let folder = '';
let hub: FakeHub;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-hub-'));
  hub = await startFakeHub(Buffer.from(RECORDS.map((record) => `${JSON.stringify(record)}\n`).join('')));
  hub.requiredToken = TOKEN;
  onTestFinished(async () => {
    await hub[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });
});

function run(...argv: readonly string[]) {
  const world: FakeWorld = { ranker: new FakePairRanker({ judge: ({ left, right }) => left.length - right.length }) };
  const env = { HF_ENDPOINT: hub.url, HF_HOME: folder, HF_TOKEN: TOKEN };
  return runInProcess(argv, { world, env });
}

test('rank and preferences read files of data sets', async () => {
  const ranked = await run('rank', '--input', PATH);
  expect(ranked).toMatchObject({ exitCode: 0, stderr: '2 done\n' });
  expect(ranked.stdout).toContain('{"id":"b","ranks":[1,2]');
  const output = join(folder, 'pairs.jsonl');
  expect((await run('preferences', PATH, '--format', 'trl', '-o', output)).exitCode).toBe(0);
  expect(JSON.parse(await readFile(join(folder, 'pairs.provenance.json'), 'utf8')).inputs).toEqual([
    { name: PATH, revision: 'c'.repeat(40), bytes: hub.content.length, sha256: hub.linkedSha256 },
  ]);
});

test('a job reads them, and is not resumed with another content', async () => {
  const job = ['batch', 'rank', PATH, '--job', join(folder, 'job')];
  const first = await run(...job);
  expect(first).toMatchObject({ exitCode: 0, stdout: (await run('rank', PATH)).stdout });
  hub.fileRequests.length = 0;
  // Everything is done and nothing has changed: nothing is fetched.
  expect(await run(...job)).toMatchObject({ exitCode: 0, stdout: first.stdout });
  expect(hub.fileRequests).toEqual([]);
  hub.linkedSha256 = 'd'.repeat(64);
  expect(await run(...job)).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('the content of the input has changed'),
  });
});

test('what cannot be read is a usage error that says why', async () => {
  hub.tree = ['data/test.jsonl'];
  for (const argv of [
    ['rank', PATH],
    ['batch', 'rank', PATH, '--job', join(folder, 'job')],
  ]) {
    const { exitCode, stderr } = await run(...argv);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('There are: data/test.jsonl.');
    expect(stderr).not.toContain(TOKEN);
  }
});
