import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../weights/__fixtures__/temporary-folder.ts';
import { recordFiles } from './input/record-files.ts';
import type { Shard } from './job/shard.ts';
import { jobStatus, readResults } from './job-results.ts';
import { mergeResults } from './merge-results.ts';
import { runBatch, type RunBatchOptions } from './run-batch.ts';

interface Numbered {
  readonly id: string;
  readonly n: number;
}

const numbers = (count: number): Numbered[] => Array.from({ length: count }, (_, n) => ({ id: `item-${n}`, n }));

async function run(job: string, more: Partial<RunBatchOptions<Numbered, object>> = {}): Promise<void> {
  const options = { input: numbers(25), work: async ({ n }: Numbered) => ({ square: n * n }), segmentSize: 10 };
  for await (const _ of runBatch({ job, ...options, ...more }));
}

async function linesOf(results: AsyncIterable<{ readonly json: string }>): Promise<string[]> {
  const lines: string[] = [];
  for await (const { json } of results) lines.push(json);
  return lines;
}

const shardsOf = (count: number): Shard[] => Array.from({ length: count }, (_, index) => ({ index, count }));

test('all shards together are the whole, however they divide it', async () => {
  await using folder = await temporaryFolder();
  const place = (name: string) => join(folder.path, name);
  await run(place('whole'));
  const whole = await linesOf(readResults(place('whole')));
  for (const count of [1, 2, 3, 7, 25, 26, 40]) {
    const jobs = shardsOf(count).map(({ index }) => place(`${index}-of-${count}`));
    for (const [index, job] of jobs.entries()) await run(job, { shard: { index, count } });
    expect(await linesOf(mergeResults(jobs.toReversed())), `${count} shards`).toEqual(whole);
    const sizes = await Promise.all(jobs.map(async (job) => (await jobStatus(job)).total));
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  }
});

test('a shard of a file is resumed in the middle, with numbers of the whole file', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'in.jsonl');
  await writeFile(
    path,
    `${numbers(60)
      .map(({ n }) => JSON.stringify({ prompt: `Number ${n}` }))
      .join('\n')}\n`,
  );
  const input = recordFiles({ paths: [path], form: 'question' });
  const job = (index: number) => join(folder.path, `${index}`);
  const runShard = async (index: number, stopAfter = Infinity) => {
    const parts = runBatch({
      job: job(index),
      input,
      shard: { index, count: 3 },
      segmentSize: 7,
      concurrency: 1,
      work: async ({ question }) => ({ ...question }),
    });
    let done = 0;
    for await (const part of parts) {
      if (part.type !== 'item-end') continue;
      if ((done += 1) >= stopAfter) break;
    }
  };
  for (const index of [2, 0, 1]) {
    await runShard(index, 11);
    await runShard(index);
  }
  const merged = await linesOf(mergeResults([0, 1, 2].map(job)));
  expect(merged).toEqual(numbers(60).map(({ n }) => `{"id":${n + 1},"instruction":"Number ${n}"}`));
});

test('what does not belong together, or is not finished, is named', async () => {
  await using folder = await temporaryFolder();
  const place = (name: string) => join(folder.path, name);
  for (const shard of shardsOf(3)) await run(place(`s${shard.index}`), { shard });
  await run(place('of two'), { shard: { index: 0, count: 2 } });
  await run(place('other'), { shard: { index: 2, count: 3 }, configuration: { model: 'b' } });
  await run(place('again'), { shard: { index: 2, count: 3 } });
  const leave = new AbortController();
  const work = async ({ n }: Numbered) => {
    if (n === 20) leave.abort();
    return { square: n * n };
  };
  const left = run(place('left'), { shard: { index: 2, count: 3 }, work, concurrency: 1, abortSignal: leave.signal });
  await expect(left).rejects.toThrow('aborted');
  const merged = (...names: string[]) => linesOf(mergeResults(names.map(place)));
  await expect(merged('s0', 's1', 's2')).resolves.toHaveLength(25);
  await expect(merged('s0', 's2')).rejects.toThrow('Not all of the shards are finished: shard 1/3 is missing.');
  await expect(merged('s1')).rejects.toThrow('shard 0/3 is missing; shard 2/3 is missing.');
  await expect(merged('s0', 's1', 'left')).rejects.toThrow(/shard 2\/3 has [45] of 9 records left/);
  await expect(merged('s0', 's1', 'of two')).rejects.toThrow('it is one of 2 shards');
  await expect(merged('s0', 's1', 'other')).rejects.toThrow('model was not given and is "b"');
  await expect(merged('s0', 's1', 's2', 'again')).rejects.toThrow('it is shard 2/3, and so is');
  await expect(merged('s0', 's1', 'nowhere')).rejects.toThrow('there is no batch job');
  await expect(run(place('s0'), { shard: { index: 1, count: 3 } })).rejects.toThrow('shard was "0/3" and is "1/3"');
  await expect(run(place('s0'))).rejects.toThrow('shard was "0/3" and is not given');
});

test('a shard that there is not is refused', async () => {
  for (const shard of [
    { index: 3, count: 3 },
    { index: -1, count: 3 },
    { index: 0, count: 0 },
    { index: 0.5, count: 2 },
    { index: Number.NaN, count: 2 },
  ]) {
    await expect(run('nowhere', { shard }), JSON.stringify(shard)).rejects.toThrow('index an integer from 0');
  }
});
