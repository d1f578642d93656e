import { expect, test } from 'vitest';
import { FreeCores } from './free-cores.ts';

/** A machine of 4 cores, on which others use `others` cores and this process `own`. */
function machine() {
  const time = { now: 1000, idleMs: 5000, ownMs: 100 };
  const free = new FreeCores({ read: () => ({ ...time }), now: () => time.now });
  const pass = (milliseconds: number, { others, own }: { others: number; own: number }) => {
    time.now += milliseconds;
    time.idleMs += milliseconds * (4 - others - own);
    time.ownMs += milliseconds * own;
    return free.count();
  };
  return { free, pass };
}

test('what others do not use is free, whatever this process does', () => {
  const { pass } = machine();
  expect(pass(300, { others: 0, own: 0 })).toBe(4);
  expect(pass(300, { others: 0, own: 4 })).toBe(4);
  expect(pass(300, { others: 1, own: 3 })).toBe(3);
  expect(pass(300, { others: 3, own: 1 })).toBe(1);
  expect(pass(300, { others: 4, own: 0 })).toBe(0);
});

test('a core that is free for most of the time is free', () => {
  const { pass } = machine();
  expect(pass(300, { others: 0.2, own: 1 })).toBe(4);
  expect(pass(300, { others: 0.5, own: 1 })).toBe(3);
});

test('short times are not measured', () => {
  const { pass } = machine();
  expect(pass(100, { others: 3, own: 0 })).toBe(Infinity);
  expect(pass(200, { others: 3, own: 0 })).toBe(1);
  expect(pass(100, { others: 0, own: 0 })).toBe(1);
});

test('a system that does not say leaves all cores', () => {
  let now = 0;
  const free = new FreeCores({ read: () => ({ idleMs: 0, ownMs: now }), now: () => now });
  now = 1000;
  expect(free.count()).toBe(Infinity);
});

test('on this machine it is some number of cores', async () => {
  const free = new FreeCores();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(free.count()).toBeGreaterThanOrEqual(0);
});
