import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { runInProcess } from '../../../test/e2e/__fixtures__/cli-harness.ts';
import { FakePairRanker } from '../../test/index.ts';

let folder = '';
let input = '';
const RECORDS = 30;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-batch-output-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  input = join(folder, 'in.jsonl');
  const records = Array.from({ length: RECORDS }, (_, n) => ({
    id: n % 3 === 0 ? n : `q${n}`,
    instruction: 'Which is longer?',
    candidates: n % 4 === 0 ? ['!', 'b'] : ['a'.repeat(n % 5), { text: 'bbb', model: 'm' }],
  }));
  await writeFile(input, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
});

/** Fails on `!`. */
function rank(...more: string[]) {
  const ranker = new FakePairRanker({
    judge: ({ left, right }) => {
      if (left.includes('!') || right.includes('!')) throw new Error('it dislikes shouting');
      return left.length - right.length;
    },
  });
  const words = ['batch', 'rank', input, '--job', join(folder, 'job'), '--segment-size', '8', '-q', ...more];
  return runInProcess(words, { world: { ranker } });
}

const at = (name: string) => join(folder, name);

test('lines are packed as the name of the file says, the same bytes from every run', async () => {
  const { stdout, exitCode } = await rank();
  expect(exitCode).toBe(1);
  const unpacked: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
    'out.jsonl': (bytes) => bytes,
    'out.jsonl.gz': (bytes) => gunzipSync(bytes),
    'out.jsonl.zst': (bytes) => zstdDecompressSync(bytes),
  };
  for (const [name, unpack] of Object.entries(unpacked)) {
    await rank('--output', at(name));
    const bytes = await readFile(at(name));
    expect(unpack(bytes).toString(), name).toBe(stdout);
    await runInProcess(['batch', 'export', at('job'), '--output', at(`again-${name}`)]);
    expect(await readFile(at(`again-${name}`)), name).toEqual(bytes);
  }
});

async function rowsOf(path: string) {
  const rows = await parquetReadObjects({ file: await asyncBufferFromFile(path) });
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).flatMap(([name, value]) => {
        if (value === null || value === undefined) return [];
        const plain = (one: unknown) => (typeof one === 'bigint' ? Number(one) : one);
        return [[name, Array.isArray(value) ? value.map(plain) : plain(value)]];
      }),
    ),
  );
}

test('Parquet: a file, or a folder with a file for each segment, with one schema', async () => {
  const { stdout } = await rank('--output', at('out.parquet')).then(() => rank());
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: unknown; models?: unknown });
  const expected = lines.map((line) => ({ ...line, id: String(line.id) }));
  const rows = await rowsOf(at('out.parquet'));
  expect(rows).toEqual(expected);
  // A folder that an earlier run has filled with more.
  await mkdir(at('parts'));
  await writeFile(at('parts/part-00000009.parquet'), 'old');
  await rank('--output', at('parts'));
  const parts = await readdir(at('parts'));
  expect(parts.toSorted()).toEqual([0, 1, 2, 3].map((n) => `part-0000000${n}.parquet`));
  const sizes: number[] = [];
  const all = [];
  for (const name of parts.toSorted()) {
    const some = await rowsOf(at(`parts/${name}`));
    sizes.push(some.length);
    all.push(...some);
  }
  expect(sizes).toEqual([8, 8, 8, 6]);
  expect(all).toEqual(expected);
});

test('--order any: each line as soon as it is done, and all of them after a resume', async () => {
  const ordered = (await rank()).stdout.trim().split('\n').toSorted();
  await rm(at('job'), { recursive: true });
  const any = await rank('--order', 'any', '--concurrency', '5');
  expect(any.stdout.trim().split('\n').toSorted()).toEqual(ordered);
  // Nothing is left to do.
  const again = await rank('--order', 'any', '--output', at('any.jsonl.gz'));
  expect(again.exitCode).toBe(1);
  expect(
    gunzipSync(await readFile(at('any.jsonl.gz')))
      .toString()
      .trim()
      .split('\n')
      .toSorted(),
  ).toEqual(ordered);
  expect(await rank('--order', 'any', '--output', at('x.parquet'))).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('Leave out --order any'),
  });
});

test('what a killed run has left of its output is removed by the next one', async () => {
  await rank('--output', at('out.jsonl'));
  const left = at('.out.jsonl.0123456789ab.tmp');
  await writeFile(left, 'half a li');
  const paths = JSON.parse(await readFile(at('job/paths.json'), 'utf8')) as object;
  await writeFile(at('job/paths.json'), JSON.stringify({ ...paths, unfinished: left }));
  await writeFile(at('job/segments/.00000000.1.jsonl.0123456789ab.tmp'), 'half a segment');
  await rank('--output', at('other.jsonl'));
  expect((await readdir(folder)).toSorted()).toEqual(['in.jsonl', 'job', 'other.jsonl', 'out.jsonl']);
  expect((await readdir(at('job/segments'))).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('places that cannot be output are refused before any work', async () => {
  await mkdir(at('full'));
  await writeFile(at('full/notes.txt'), 'x');
  const cases: readonly (readonly [string, string])[] = [
    [at('full'), 'it is a folder with other files, such as notes.txt'],
    [`${input}/`, 'a file is in its place'],
    [at('no/out.jsonl.gz'), 'its folder does not exist'],
    [input, 'it is the input as well'],
  ];
  for (const [output, message] of cases) {
    expect(await rank('--output', output), output).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(message),
    });
  }
  expect(await readdir(folder)).not.toContain('job');
});
