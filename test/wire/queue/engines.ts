import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync } from 'node:fs';
import { chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A program of a queue that a test starts. */
export interface Engine extends AsyncDisposable {
  readonly url: string;
  /** Stops it, where it is, with all that it has in memory. */
  stop(): Promise<void>;
  /** Starts it again at the same address. */
  start(): Promise<void>;
}

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const { promise, resolve } = Promise.withResolvers<boolean>();
  socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
  const is = await promise;
  socket.destroy();
  return is;
}

async function waitForPort(port: number, child: ChildProcess): Promise<void> {
  while (!(await isListening(port))) {
    if (child.exitCode !== null) throw new Error(`The program ended with exit code ${child.exitCode}.`);
    await delay(20);
  }
}

async function end(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

/** The path of a program. @throws where it is not installed, with the command that installs it. */
async function find(program: string, installation: string): Promise<string> {
  const { stdout } = await run('sh', ['-c', `command -v ${program}`]).catch(() => ({ stdout: '' }));
  if (stdout.trim() !== '') return stdout.trim();
  throw new Error(`The tests of queues need ${program}, which is not installed: ${installation}`);
}

/** A Redis server that keeps nothing on the disk. */
export async function startRedis(options: readonly string[] = []): Promise<Engine> {
  const program = await find('redis-server', 'apt-get install redis-server');
  const port = await freePort();
  let child: ChildProcess | undefined;
  const start = async () => {
    const fixed = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    child = spawn(program, [...fixed, '--maxmemory-policy', 'noeviction', ...options], {
      stdio: 'ignore',
      cwd: tmpdir(),
    });
    await waitForPort(port, child);
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    stop: () => end(child, 'SIGKILL'),
    [Symbol.asyncDispose]: () => end(child, 'SIGKILL'),
  };
}

/** A PostgreSQL server in a folder of its own. It does not run as root, so that root starts it as `postgres`. */
export async function startPostgres(): Promise<Engine> {
  const [bin = ''] = globSync('/usr/lib/postgresql/*/bin').toSorted().toReversed();
  const program = existsSync(join(bin, 'postgres'))
    ? join(bin, 'postgres')
    : await find('postgres', 'apt-get install postgresql');
  const programs = join(program, '..');
  const folder = await mkdtemp(join(tmpdir(), 'queue-postgres-'));
  const data = join(folder, 'data');
  await mkdir(data, { mode: 0o700 });
  const isRoot = process.getuid?.() === 0;
  const user = isRoot ? { uid: await idOf('-u'), gid: await idOf('-g') } : {};
  if (isRoot) {
    await chown(folder, user.uid ?? 0, user.gid ?? 0);
    await chown(data, user.uid ?? 0, user.gid ?? 0);
  }
  const port = await freePort();
  const env = { PATH: process.env['PATH'], LC_ALL: 'C' };
  await run(join(programs, 'initdb'), ['-D', data, '-U', 'tester', '-A', 'trust', '-E', 'UTF8', '--no-sync'], {
    ...user,
    env,
    cwd: folder,
  });
  let child: ChildProcess | undefined;
  const start = async () => {
    const settings = ['-c', 'unix_socket_directories=', '-c', 'listen_addresses=127.0.0.1'];
    child = spawn(program, ['-D', data, '-p', String(port), ...settings], {
      stdio: 'ignore',
      ...user,
      env,
      cwd: folder,
    });
    await waitForPort(port, child);
    // It listens before it takes connections.
    const ready = join(programs, 'pg_isready');
    while (
      !(await run(ready, ['-h', '127.0.0.1', '-p', String(port)]).then(
        () => true,
        () => false,
      ))
    )
      await delay(50);
  };
  await start();
  return {
    url: `postgres://tester@127.0.0.1:${port}/postgres`,
    start,
    stop: () => end(child, 'SIGQUIT'),
    [Symbol.asyncDispose]: async () => {
      await end(child, 'SIGQUIT');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function idOf(flag: '-u' | '-g'): Promise<number> {
  const { stdout } = await run('id', [flag, 'postgres']);
  return Number(stdout);
}
