import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../weights/__fixtures__/temporary-folder.ts';
import { withFileLock } from './file-lock.ts';

const SLOW = { timeout: 60_000 };

test('one at a time, and nothing is left', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'file');
  let inside = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++inside);
    await delay(20);
    inside--;
    return most;
  };
  await Promise.all([1, 2, 3, 4].map(() => withFileLock({ path }, work)));
  expect(most).toBe(1);
  expect(await readdir(folder.path)).toEqual([]);
});

test('an error passes through and releases the lock', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'file');
  const error = new Error('work failed');
  await expect(withFileLock({ path }, () => Promise.reject(error))).rejects.toBe(error);
  expect(await withFileLock({ path }, async () => 'again')).toBe('again');
});

test('waiting is reported once, and ends without the lock where the work has been done', SLOW, async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'file');
  const held = Promise.withResolvers<string>();
  const holding = withFileLock({ path }, () => held.promise);
  let looks = 0;
  let told = 0;
  const options = {
    path,
    onWaiting: () => told++,
    isDone: async () => (++looks < 3 ? undefined : 'done by the other'),
  };
  await delay(50);
  expect(await withFileLock(options, async () => 'done here')).toBe('done by the other');
  expect([told, looks]).toEqual([1, 3]);
  held.resolve('');
  await holding;
});

test('a lock that another took over aborts the work, which begins again', SLOW, async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'file');
  let runs = 0;
  const result = await withFileLock({ path }, async (signal) => {
    if (++runs > 1) return 'second run';
    // As another process does that finds the lock stale because this one was asleep.
    await rm(`${path}.lock`, { recursive: true });
    await mkdir(`${path}.lock`);
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    await rm(`${path}.lock`, { recursive: true });
    throw signal.reason;
  });
  expect([result, runs]).toEqual(['second run', 2]);
});

test('where no lock can be made, the folder is named', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'missing', 'file');
  await expect(withFileLock({ path }, async () => {})).rejects.toMatchObject({
    code: 'invalid_argument',
    value: join(folder.path, 'missing'),
  });
});
