import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { InvalidArgumentError } from '../error/index.ts';
import { availableCores } from './available-cores.ts';

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

function cores(files: Record<string, string>, { env = {}, parallelism = 16 } = {}): number {
  const root = mkdtempSync(join(tmpdir(), 'cores-'));
  roots.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return availableCores({ _internal: { root, env, parallelism: () => parallelism } });
}

test('without control groups it is the cores the process is allowed on', () => {
  expect(cores({})).toBe(16);
  expect(availableCores({ _internal: { env: {} } })).toBeLessThanOrEqual(availableParallelism());
});

test('version 2: the least quota of the own group and its ancestors', () => {
  const membership = { 'proc/self/cgroup': '0::/a/b\n' };
  expect(cores({ ...membership, 'sys/fs/cgroup/a/b/cpu.max': '300000 100000\n' })).toBe(3);
  expect(cores({ ...membership, 'sys/fs/cgroup/a/b/cpu.max': 'max 100000\n' })).toBe(16);
  const nested = { 'sys/fs/cgroup/a/b/cpu.max': 'max 100000\n', 'sys/fs/cgroup/a/cpu.max': '250000 100000\n' };
  expect(cores({ ...membership, ...nested })).toBe(2);
  expect(cores({ ...membership, 'sys/fs/cgroup/c/cpu.max': '100000 100000\n' })).toBe(16);
});

test("version 2 in a container: the path is the host's, the quota stands at the root", () => {
  const files = { 'sys/fs/cgroup/cpu.max': '400000 100000\n' };
  expect(cores({ ...files, 'proc/self/cgroup': '0::/../../docker/1234\n' })).toBe(4);
  expect(cores({ ...files, 'proc/self/cgroup': '0::/\n' })).toBe(4);
});

test('version 1, with cpu mounted alone or beside cpuacct', () => {
  const quota = (folder: string, value: string) => ({
    [`sys/fs/cgroup/${folder}/cpu.cfs_quota_us`]: value,
    [`sys/fs/cgroup/${folder}/cpu.cfs_period_us`]: '50000\n',
  });
  const membership = { 'proc/self/cgroup': '5:devices:/x\n3:cpu,cpuacct:/x\n1:name=systemd:/\n' };
  expect(cores({ ...membership, ...quota('cpu,cpuacct/x', '100000\n') })).toBe(2);
  expect(cores({ ...membership, ...quota('cpu', '150000\n') })).toBe(3);
  expect(cores({ ...membership, ...quota('cpu/x', '-1\n') })).toBe(16);
  expect(cores({ ...membership, ...quota('devices/x', '50000\n') })).toBe(16);
});

test('a fraction of a core is rounded down, and never below 1', () => {
  expect(cores({ 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/cpu.max': '50000 100000\n' })).toBe(1);
  expect(cores({ 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/cpu.max': '199000 100000\n' })).toBe(1);
});

test('LLM_BLENDER_THREADS caps, and never raises', () => {
  expect(cores({}, { env: { LLM_BLENDER_THREADS: '2' } })).toBe(2);
  expect(cores({}, { env: { LLM_BLENDER_THREADS: '99' } })).toBe(16);
  expect(cores({}, { env: { LLM_BLENDER_THREADS: '' } })).toBe(16);
});

test.each(['0', '-1', '1.5', 'two', ' '])('LLM_BLENDER_THREADS=%j is refused', (value) => {
  expect(() => cores({}, { env: { LLM_BLENDER_THREADS: value } })).toThrow(InvalidArgumentError);
});
