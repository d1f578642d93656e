import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { jobStatus } from '../job-results.ts';
import { runBatch } from '../run-batch.ts';
import { planRanges } from '../plan-ranges.ts';
import { CountedSegments } from './counted-segments.ts';
import { FolderStore } from './folder-store.ts';
import { segmentFolder } from './job-files.ts';
import { latestGenerations } from './segment-names.ts';
import type { SegmentStore } from './segment-store.ts';

const folder = await mkdtemp(join(tmpdir(), 'counted-segments-'));
afterAll(() => rm(folder, { recursive: true }));

test('segments that other processes finish are read once, and the job is told without reading any', async () => {
  const job = join(folder, 'plan');
  const input = Array.from({ length: 25 }, (_, index) => ({ id: index }));
  const ranges = await planRanges({ job, input, segmentSize: 10 });
  const files = new FolderStore(segmentFolder(job));
  const reads: string[] = [];
  const store: SegmentStore = {
    list: (prefix) => files.list(prefix),
    commit: (name, content) => files.commit(name, content),
    remove: (name) => files.remove(name),
    read: (name) => {
      reads.push(name);
      return files.read(name);
    },
  };
  const work = async ({ id }: { id: number }) => {
    if (id === 3) throw new RangeError('not three');
    return { id };
  };
  const finished = async () => latestGenerations(await store.list());
  const counted = await CountedSegments.open(job, store);
  for (const range of ranges) {
    for await (const _ of runBatch({ job: join(folder, `of-${range.start}`), input, range, store: files, work }));
    await counted.add(await finished());
  }
  await counted.add(await finished());
  expect(reads.toSorted()).toEqual((await files.list()).toSorted());
  await counted[Symbol.asyncDispose]();
  expect(await jobStatus(job, { store })).toMatchObject({ total: 25, done: 24, failed: 1 });
  expect(reads).toHaveLength(3);
});
