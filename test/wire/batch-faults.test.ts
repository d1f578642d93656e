import { execFile, type ExecFileOptions } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { CountingServer } from '../calls/counting-server.ts';

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts');
/** Answers that are long enough to fill a small disk. */
const WORDS = 'word '.repeat(200);

let folder = '';
let server: CountingServer;
/** While it is, the model never answers. */
let isSilent = false;
const HOUR_MS = 3_600_000;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batch-faults-'));
  server = await CountingServer.start(({ messages }) => ({
    text: `${String(messages.at(-1)?.content).length} ${WORDS}`,
    ...(isSilent ? { delayMs: HOUR_MS } : {}),
  }));
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });
  const questions = Array.from({ length: 60 }, (_, n) => JSON.stringify({ id: n, prompt: `What is ${n}?` }));
  await writeFile(join(folder, 'in.jsonl'), `${questions.join('\n')}\n`);
});

/** Runs the job in a process of its own, behind commands of the shell. */
function start(job: string, { before = '', ...options }: { before?: string } & ExecFileOptions = {}) {
  const files = ['--input', join(folder, 'in.jsonl'), '--job', job];
  const settings = ['--model', 'ollama/a', '--no-cache', '--no-config', '--concurrency', '4'];
  const { PATH = '' } = process.env;
  const env = { PATH, HOME: folder, OLLAMA_HOST: server.baseURL.replace('/v1', ''), LLM_BLENDER_CACHE: folder };
  const { promise, resolve } = Promise.withResolvers<{ code: unknown; stdout: string; stderr: string }>();
  const child = execFile(
    'sh',
    ['-c', `${before}exec "$0" "$@"`, process.execPath, MAIN, 'batch', 'ask', ...files, ...settings],
    { env, ...options },
    (error, stdout, stderr) =>
      resolve({
        code: error === null ? 0 : (error.code ?? error.signal),
        stdout: String(stdout),
        stderr: String(stderr),
      }),
  );
  return { child, ended: promise };
}

const run = (...given: Parameters<typeof start>) => start(...given).ended;

test('a run that is ended in the middle of a line is resumed without loss', async () => {
  const whole = await run(join(folder, 'whole'));
  expect(whole.code).toBe(0);
  const asked = server.requests.length;
  const job = join(folder, 'job');
  // The system ends a process at the byte where a file grows beyond the limit.
  expect((await run(job, { before: 'ulimit -f 40; ' })).code).toBe('SIGXFSZ');
  const [log = ''] = await readdir(join(job, 'open'));
  expect(await readFile(join(job, 'open', log), 'utf8')).not.toMatch(/\n$/);
  const resumed = await run(job);
  expect(resumed).toMatchObject({ code: 0, stdout: whole.stdout });
  expect(resumed.stderr).toContain('Resumed: ');
  expect(server.requests.length - 2 * asked).toBeLessThanOrEqual(4);
});

test('a folder that cannot be written is named before anything is asked', async () => {
  const place = join(folder, 'place');
  await mkdir(place);
  // The permissions of files do not hold for root.
  const isRoot = process.getuid?.() === 0;
  const user = isRoot ? { uid: 65_534, gid: 65_534 } : {};
  if (isRoot) await chown(folder, 65_534, 65_534);
  await chmod(place, 0o555);
  const { code, stderr } = await run(join(place, 'job'), user);
  expect(code).toBe(1);
  expect(stderr).toContain(`The job ${join(place, 'job')} cannot be written: EACCES`);
  expect(server.requests).toEqual([]);
});

test('a second process on a job ends at once; when the first is killed, the next one goes on at once', async () => {
  const job = join(folder, 'job');
  isSilent = true;
  const first = start(job);
  while (server.requests.length < 4) await delay(5);
  const second = await start(job).ended;
  expect(second.code).toBe(1);
  expect(second.stderr).toContain('Another process works on the job');
  first.child.kill('SIGKILL');
  expect((await first.ended).code).toBe('SIGKILL');
  isSilent = false;
  expect((await start(job).ended).code).toBe(0);
  expect(server.requests).toHaveLength(4 + 60);
});
