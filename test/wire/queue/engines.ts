import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, globSync } from 'node:fs';
import { createServer as createHttpServer, request as requestHttp } from 'node:http';
import { chown, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
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

/** The environment with moto, made once for each version of it. */
async function motoPython(): Promise<string> {
  const list = join(import.meta.dirname, 'requirements.txt');
  const version = createHash('sha256')
    .update(await readFile(list))
    .digest('hex')
    .slice(0, 12);
  const folder = join(tmpdir(), `llm-blender-moto-${version}`);
  const python = join(folder, 'bin/python');
  if (existsSync(python)) return python;
  const partial = `${folder}.${process.pid}`;
  await find('python3', 'apt-get install python3 python3-venv');
  await run('python3', ['-m', 'venv', partial]);
  await run(join(partial, 'bin/python'), ['-m', 'pip', 'install', '--quiet', '-r', list]);
  await rename(partial, folder);
  return python;
}

/** Moto, which answers as S3 does, with a bucket `jobs`. */
export async function startMoto(): Promise<Engine> {
  const python = await motoPython();
  const port = await freePort();
  let child: ChildProcess | undefined;
  const url = `http://127.0.0.1:${port}`;
  const start = async () => {
    child = spawn(python, ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    await waitForPort(port, child);
    await fetch(`${url}/jobs`, { method: 'PUT' });
  };
  await start();
  return {
    url,
    start,
    stop: () => end(child, 'SIGKILL'),
    [Symbol.asyncDispose]: () => end(child, 'SIGKILL'),
  };
}

/** A server before another one that refuses requests while it is told to. */
export async function startRefusing(target: string): Promise<Engine & { refuses: (method: string) => boolean }> {
  const server = createHttpServer((request, response) => {
    if (engine.refuses(request.method ?? '')) {
      request.resume();
      response
        .writeHead(503)
        .end('<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>');
      return;
    }
    const { hostname, port } = new URL(target);
    const passed = requestHttp(
      { hostname, port, method: request.method, path: request.url, headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    passed.on('error', () => response.destroy());
    request.pipe(passed);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    server.closeAllConnections();
    server.close();
  };
  const engine = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    refuses: (_method: string): boolean => false,
    start: async () => {},
    stop: close,
    [Symbol.asyncDispose]: close,
  };
  return engine;
}
