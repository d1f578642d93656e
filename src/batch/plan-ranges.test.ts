import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../weights/__fixtures__/temporary-folder.ts';
import { recordFiles } from './input/record-files.ts';
import { FolderStore } from './journal/folder-store.ts';
import { jobStatus, readResults } from './job-results.ts';
import type { InputRange } from './job/open-job.ts';
import { planRanges } from './plan-ranges.ts';
import { runBatch } from './run-batch.ts';

test('workers do ranges with a common store, in any order and one twice, and the results are those of one job', async () => {
  await using folder = await temporaryFolder();
  const place = (name: string) => join(folder.path, name);
  await writeFile(place('in.jsonl'), Array.from({ length: 47 }, (_, n) => `{"prompt":"Number ${n}"}\n`).join(''));
  const input = recordFiles({ paths: [place('in.jsonl')], form: 'question' });
  await mkdir(place('store'));
  const store = new FolderStore(place('store'));
  let worked = 0;
  const workOn = async (name: string, range: InputRange | undefined) => {
    const parts = runBatch({
      job: place(name),
      input,
      range,
      ...(range === undefined ? {} : { store }),
      work: async ({ question }) => {
        worked += 1;
        return { ...question };
      },
    });
    const counts = [];
    for await (const part of parts) counts.push(part.counts);
    return counts.at(-1);
  };
  const plan = () => planRanges({ job: place('plan'), input, segmentSize: 10, store });
  // As a queue passes them on.
  const ranges = JSON.parse(JSON.stringify(await plan())) as readonly InputRange[];
  expect(ranges.map(({ start, end }) => [start, end])).toEqual([
    [0, 10],
    [10, 20],
    [20, 30],
    [30, 40],
    [40, 47],
  ]);
  expect(ranges[2]).toMatchObject({ position: { line: 20 }, input: { bytes: expect.any(Number) } });
  const order = [3, 0, 4, 1] as const;
  for (const number of order) {
    expect(await workOn(`worker-${number}`, ranges[number])).toMatchObject({ total: number === 4 ? 7 : 10, failed: 0 });
  }
  expect(worked).toBe(37);
  expect(await jobStatus(place('plan'), { store })).toMatchObject({ total: 47, done: 37 });
  // Whoever plans again gets what is left.
  expect((await plan()).map(({ start }) => start)).toEqual([20]);
  // The queue has given one to two workers: the first to finish has done it.
  await workOn('worker-2', ranges[2]);
  await workOn('worker-2-again', ranges[2]);
  expect(worked).toBe(47);
  expect(await readdir(place('store'))).toHaveLength(5);
  await workOn('whole', undefined);
  const lines = async (results: ReturnType<typeof readResults>) => {
    const all = [];
    for await (const { json } of results) all.push(json);
    return all;
  };
  expect(await lines(readResults(place('plan'), { store }))).toEqual(await lines(readResults(place('whole'))));
});
