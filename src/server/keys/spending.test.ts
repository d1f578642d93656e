import { mkdtemp, rm, stat } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { Spending } from './spending.ts';

async function spendingPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'spending-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, 'data', 'spending.sqlite');
}

const total = (dollars: number) => ({ dollars, per: 'total' }) as const;
const cost = (dollars: number, unpricedCalls = 0) => ({ dollars, unpricedCalls });

test('what is set aside counts until it is settled, and what is settled stays', async () => {
  const path = await spendingPath();
  using spending = new Spending(path);
  const first = spending.reserve('k', 0.6, total(1));
  expect(spending.reserve('k', 0.6, total(1))).toEqual({ spent: 0, reserved: 0.6 });
  expect(spending.reserve('other', 0.6, total(1))).toEqual(expect.any(String));
  spending.settle(String(first), cost(0.1));
  spending.settle(String(first), cost(0.1));
  expect(spending.of('k')).toEqual({ day: 0.1, month: 0.1, total: 0.1, reserved: 0, unpricedCalls: 0 });
  expect(spending.reserve('k', 0.9, total(1))).toEqual(expect.any(String));
  expect(spending.reserve('k', 0.001, total(1))).toEqual({ spent: 0.1, reserved: 0.9 });
  if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('two servers share one limit', async () => {
  const path = await spendingPath();
  using one = new Spending(path);
  using other = new Spending(path);
  const reserved = [one, other, one, other, one].map((server) => server.reserve('k', 0.3, total(1)));
  expect(reserved.filter((id) => typeof id === 'string')).toHaveLength(3);
  expect(one.extend(String(reserved[0]), 'k', 0.2, total(1))).toEqual({ spent: 0, reserved: expect.closeTo(0.9) });
  expect(other.extend(String(reserved[0]), 'k', 0.1, total(1))).toBeUndefined();
});

test('days and months begin anew, at the time of the reservation', async () => {
  let now = new Date('2026-11-29T23:59:00Z');
  using spending = new Spending(await spendingPath(), () => now);
  const id = spending.reserve('k', 1, { dollars: 1, per: 'day' });
  now = new Date('2026-11-30T00:01:00Z');
  expect(spending.reserve('k', 1, { dollars: 1, per: 'day' })).toEqual(expect.any(String));
  expect(spending.reserve('k', 1, { dollars: 2, per: 'month' })).toEqual({ spent: 0, reserved: 2 });
  spending.settle(String(id), cost(0.5, 2));
  expect(spending.of('k')).toMatchObject({ day: 0, month: 0.5, total: 0.5, unpricedCalls: 2 });
  now = new Date('2026-12-01T00:00:00Z');
  expect(spending.of('k')).toMatchObject({ day: 0, month: 0, total: 0.5, reserved: 1 });
});

test('what a killed process had set aside counts as spent, also under the number of this one', async () => {
  const path = await spendingPath();
  using spending = new Spending(path);
  const own = spending.reserve('k', 0.1, total(9));
  using raw = new DatabaseSync(path);
  const insert = raw.prepare("INSERT INTO reserved VALUES (?, 'k', '2026-01-01', ?, ?, ?)");
  insert.run('of a process that was killed', 0.2, 2 ** 22 + 1, hostname());
  insert.run('of one that had this number', 0.4, process.pid, hostname());
  insert.run('of one that runs', 0.8, process.ppid, hostname());
  insert.run('of another machine', 1.6, 1, 'elsewhere');
  spending.settleAbandoned();
  expect(spending.of('k')).toMatchObject({ total: expect.closeTo(0.6), reserved: expect.closeTo(2.5) });
  spending.settle(String(own), cost(0));
  expect(spending.of('k')).toMatchObject({ total: expect.closeTo(0.6), reserved: expect.closeTo(2.4) });
});
