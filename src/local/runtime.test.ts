import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

/**
 * What `script` prints, as JSON, in a copy of this folder beside which only such a node-llama-cpp is installed, or none.
 * `messageOf(promise)` is the error it rejects with, if any.
 */
async function withPeer(peer: string | undefined, script: string): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), 'runtime-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const part of ['local', 'error', 'spec', 'util']) {
    await cp(join(root, 'src', part), join(folder, 'src', part), { recursive: true });
  }
  await mkdir(join(folder, 'node_modules'));
  for (const name of ['@ai-sdk', '@huggingface', 'p-queue']) {
    await symlink(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  }
  if (peer !== undefined) {
    const path = join(folder, 'node_modules/node-llama-cpp');
    await mkdir(path);
    await writeFile(join(path, 'package.json'), JSON.stringify({ type: 'module', exports: './index.js' }));
    await writeFile(join(path, 'index.js'), peer);
  }
  await writeFile(join(folder, 'model.gguf'), 'GGUF');
  const source = `
    import { createLocalModel } from './src/local/index.ts';
    import { getRuntime } from './src/local/runtime.ts';
    const messageOf = (work) => work.then(() => undefined, ({ name, message }) => name + ': ' + message);
    ${script}`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', source], {
    cwd: folder,
  });
  return JSON.parse(stdout);
}

test('without the optional peer, an error that says how to add it', async () => {
  const script = `
    const loading = createLocalModel({ reference: 'local/x', path: 'model.gguf' });
    console.log(JSON.stringify(await messageOf(loading)));`;
  expect(await withPeer(undefined, script)).toBe(
    'MissingDependencyError: local/x needs node-llama-cpp, which is not installed. Add it with: npm install node-llama-cpp',
  );
});

const ATTEMPT = `console.log(JSON.stringify(await messageOf(getRuntime('This test'))));`;

test.each([
  ['its code throws', "throw new Error('wrong ELF class.');", 'wrong ELF class.'],
  ['it lacks a package', "import 'lifecycle-utils';", "Cannot find package 'lifecycle-utils'"],
  [
    'its native part does not start',
    `export const LlamaLogLevel = {};
     export class NoBinaryFoundError extends Error {}
     export const getLlama = async () => { throw new Error('wrong ELF class.') };`,
    'wrong ELF class.',
  ],
])('a peer that cannot be loaded is not called missing: %s', async (_case, peer, reason) => {
  expect(await withPeer(peer, ATTEMPT)).toContain(
    `MissingDependencyError: This test needs node-llama-cpp, which is installed but cannot be loaded: ${reason}`,
  );
});

test('no native part for this machine', async () => {
  const peer = `
    export const LlamaLogLevel = {};
    export class NoBinaryFoundError extends Error {}
    export const getLlama = async () => { throw new NoBinaryFoundError() };`;
  expect(await withPeer(peer, ATTEMPT)).toBe(
    'MissingDependencyError: This test needs a build of llama.cpp for this machine, which is not installed. Add it with: npx node-llama-cpp source download',
  );
});

test('the runtime is started once, also by models that load at once, and tried again after a failure', async () => {
  const peer = `
    export const log = [];
    export const LlamaLogLevel = {};
    export class NoBinaryFoundError extends Error {}
    export const getLlama = async () => {
      log.push('start');
      if (log.length === 1) throw new Error('not yet');
      return {};
    };`;
  const script = `
    const { log } = await import('node-llama-cpp');
    log.push(await messageOf(getRuntime('first')) === undefined ? 'started' : 'failed');
    const [one, two] = await Promise.all([getRuntime('one'), getRuntime('two')]);
    log.push(one === two && one === (await getRuntime('three')) ? 'shared' : 'separate');
    console.log(JSON.stringify(log));`;
  expect(await withPeer(peer, script)).toEqual(['start', 'failed', 'start', 'shared']);
});
