import { appendFile, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../weights/__fixtures__/temporary-folder.ts';
import { lockJob } from '../job/job-lock.ts';
import { FolderStore } from '../journal/folder-store.ts';
import { logPath } from '../journal/job-files.ts';
import { rowLine } from '../journal/journal-line.ts';
import type { SegmentStore } from '../journal/segment-store.ts';
import { RangeLog, removeParts } from './range-log.ts';

const SEGMENT = { number: 7, generation: 1 };
const row = (index: number) =>
  `${rowLine({ index, key: `k${index}`, failed: false, usage: undefined, output: `{"id":${index}}` })}\n`;
const call = (key: string) => `{"call":"begin","key":"${key}"}\n`;

/** Storage, and machines that have nothing else in common. */
async function machines() {
  const folder = await temporaryFolder();
  await mkdir(join(folder.path, 'store/00000007.1.jsonl'), { recursive: true });
  const files = new FolderStore(join(folder.path, 'store/00000007.1.jsonl'));
  const names = async (prefix = '') => {
    const all = (await files.list()).map((name) => `00000007.1.jsonl/${name}`);
    return all.filter((name) => name.startsWith(prefix));
  };
  const own = (name: string) => name.slice('00000007.1.jsonl/'.length);
  const store: SegmentStore = {
    list: names,
    read: (name) => files.read(own(name)),
    commit: (name, content) => files.commit(own(name), content),
    remove: (name) => files.remove(own(name)),
  };
  const machine = (name: string) => {
    const job = join(folder.path, name);
    const path = logPath(job, SEGMENT);
    return {
      job,
      path,
      open: (from: SegmentStore = store) => RangeLog.open({ folder: job, segment: SEGMENT, store: from }),
      append: (text: string) => appendFile(path, text),
      text: () => readFile(path, 'utf8'),
    };
  };
  return { store, names, machine, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

test('another machine goes on with what was saved, and saves only what it adds', async () => {
  await using all = await machines();
  const [first, second, third] = [all.machine('first'), all.machine('second'), all.machine('third')];
  const log = await first.open();
  await log.save();
  expect(await all.names()).toEqual([]);
  await first.append(call('a') + row(70));
  await log.save();
  await first.append(`${row(71)}{"index":72,"ke`);
  await log.save();
  await first.append(`y":"k72","output":{"id":72}}\n${row(73)}`);
  // Killed: what came after the last part is lost.
  const next = await second.open();
  expect(await second.text()).toBe(call('a') + row(70) + row(71));
  await second.append(row(74));
  await next.save();
  await next.save();
  expect(await all.names()).toHaveLength(3);
  await third.open();
  expect(await third.text()).toBe(call('a') + row(70) + row(71) + row(74));
  await removeParts(all.store, SEGMENT);
  expect(await all.names()).toEqual([]);
});

test('what a process on the same machine did not save is kept beside what others have saved since', async () => {
  await using all = await machines();
  const [first, second] = [all.machine('first'), all.machine('second')];
  const log = await first.open();
  await first.append(row(70));
  await log.save();
  await first.append(`${row(71)}{"torn`);
  const other = await second.open();
  await second.append(row(72));
  await other.save();
  const again = await first.open();
  expect(await first.text()).toBe(row(70) + row(72) + row(71));
  await again.save();
  await second.open();
  expect(await second.text()).toBe(row(70) + row(72) + row(71));
});

test('two workers that have a range at once lose nothing of each other', async () => {
  await using all = await machines();
  const [first, second, third] = [all.machine('first'), all.machine('second'), all.machine('third')];
  const logs = [await first.open(), await second.open()];
  await first.append(row(70));
  await second.append(row(70) + row(71));
  await Promise.all(logs.map((log) => log.save()));
  await third.open();
  expect((await third.text()).split('\n').toSorted()).toEqual([
    '',
    ...(row(70) + row(70) + row(71)).trim().split('\n'),
  ]);
});

test('what the storage refuses is saved the next time, and a range that is committed leaves nothing to save', async () => {
  await using all = await machines();
  const first = all.machine('first');
  let isDown = true;
  const log = await first.open({
    ...all.store,
    commit: async (name, content) => {
      if (isDown) throw new Error('503');
      return all.store.commit(name, content);
    },
  });
  await first.append(row(70));
  await expect(log.save()).rejects.toThrow('503');
  isDown = false;
  await first.append(row(71));
  await log.save();
  await rm(first.path);
  await log.save();
  const second = all.machine('second');
  await second.open();
  expect(await second.text()).toBe(row(70) + row(71));
});

test('a folder in which another process works is left alone', async () => {
  await using all = await machines();
  const first = all.machine('first');
  await mkdir(first.job, { recursive: true });
  const lock = lockJob(first.job);
  await expect(first.open()).rejects.toThrow('Another process works on the job');
  lock[Symbol.dispose]();
  await first.open();
});
