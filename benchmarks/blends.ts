/**
 * What a call costs on its way through all policies, beside the floors of the platform and optillm, in one run against
 * one local server that answers at once.
 *
 * Run: node benchmarks/blends.ts [--optillm PATH_TO_THE_PROGRAM] [--load SECONDS] [--memory BLENDS] [--quick]
 *
 * A blend is four streamed calls: three models, a ranker that costs nothing, a fuser; the cache is on and misses, limits,
 * prices and a budget are set. optillm's `moa` makes three calls that are not streamed. Ratios of one run mean something;
 * absolute figures are of the machine, of which the server and the measured client share the cores.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { ClientResult, ClientTask } from './calls/client.ts';

const { values } = parseArgs({
  options: {
    optillm: { type: 'string' },
    load: { type: 'string', default: '40' },
    memory: { type: 'string', default: '0' },
    quick: { type: 'boolean', default: false },
  },
});
const folder = join(import.meta.dirname, 'calls');
const print = (line: string) => process.stdout.write(`${line}\n`);
const scale = values.quick ? 0.1 : 1;

interface Upstream extends Disposable {
  readonly baseURL: string;
  count(): Promise<number>;
}

async function startUpstream({ deltas, delayMs = 0 }: { deltas: number; delayMs?: number }): Promise<Upstream> {
  const child = spawn(process.execPath, [join(folder, 'upstream.ts'), String(deltas), String(delayMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [data] = (await once(child.stdout, 'data')) as [Buffer];
  const origin = `http://127.0.0.1:${Number(String(data))}`;
  return {
    baseURL: `${origin}/v1`,
    count: async () => Number(await (await fetch(`${origin}/count`)).text()),
    [Symbol.dispose]: () => void child.kill(),
  };
}

async function measure(task: ClientTask, upstream: Upstream): Promise<ClientResult & { readonly requests: number }> {
  const before = await upstream.count();
  const child = spawn(process.execPath, ['--expose-gc', join(folder, 'client.ts'), JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const result = JSON.parse(await text(child.stdout)) as ClientResult;
  return { ...result, requests: (await upstream.count()) - before };
}

const round = (value: number, digits = 0) => value.toFixed(digits);
const percentile = ({ latencies }: ClientResult, share: number) =>
  latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? Number.NaN;

/** Calls a piece of work makes. */
const CALLS = { blend: 4, adapter: 1, fetch: 1, 'node-http': 1, undici: 1, optillm: 3 } as const;

async function row(task: ClientTask, upstream: Upstream): Promise<{ pace: number; cpu: number }> {
  const result = await measure(task, upstream);
  const calls = result.done * CALLS[task.way];
  const pace = result.done / result.seconds;
  const cpu = result.cpuMs / calls;
  print(
    `| ${task.way} | ${task.inFlight} | ${round(pace)} | ${round(calls / result.seconds)} | ${round(cpu, 3)} | ${result.requests} for ${result.done} |`,
  );
  return { pace, cpu };
}

async function compareWays(deltas: number): Promise<number> {
  using upstream = await startUpstream({ deltas });
  const { baseURL } = upstream;
  print(`\n${deltas} deltas an answer\n`);
  print('| way | in flight | a second | calls a second | CPU ms a call | requests |\n|---|---|---|---|---|---|');
  const count = (calls: number) => Math.max(60, Math.round(calls * scale * (deltas > 50 ? 0.3 : 1)));
  for (const way of ['undici', 'node-http', 'adapter'] as const)
    await row({ way, baseURL, inFlight: 50, count: count(6000) }, upstream);
  const floor = await row({ way: 'fetch', baseURL, inFlight: 50, count: count(6000) }, upstream);
  let pace = 0;
  for (const inFlight of [1, 20, 50, 200]) {
    const blend = await row({ way: 'blend', baseURL, inFlight, count: count(inFlight === 1 ? 500 : 2500) }, upstream);
    if (inFlight !== 50) continue;
    pace = blend.pace;
    print(`| … CPU a call: ${round(blend.cpu / floor.cpu, 2)} times fetch | | | | | |`);
  }
  return pace;
}

async function compareOptillm(program: string, ours: number): Promise<void> {
  using upstream = await startUpstream({ deltas: 20 });
  const port = 4901;
  const child: ChildProcess = spawn(
    program,
    ['--base-url', upstream.baseURL, '--approach', 'moa', '--port', String(port), '--log', 'error'],
    { env: { ...process.env, OPENAI_API_KEY: 'x' }, stdio: 'ignore' },
  );
  try {
    const baseURL = `http://127.0.0.1:${port}/v1`;
    for (let tries = 0; tries < 120; tries += 1) {
      const answer = await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined);
      if (answer?.ok === true) break;
      await delay(1000);
    }
    print(
      '\n| way | in flight | a second | calls a second | CPU ms a call (of the driver) | requests |\n|---|---|---|---|---|---|',
    );
    const theirs = await row({ way: 'optillm', baseURL, inFlight: 50, count: Math.round(1500 * scale) }, upstream);
    print(`\nBlends a second: ${round(ours / theirs.pace, 1)} times optillm.`);
  } finally {
    child.kill();
  }
}

/** 200 blends in flight, evenly spread, while every call takes a second: what is added to the two seconds of the critical path. */
async function addedLatency(): Promise<void> {
  using upstream = await startUpstream({ deltas: 20, delayMs: 1000 });
  const { baseURL } = upstream;
  print(
    '\n200 in flight, each call takes 1 s\n\n| way | added p50, ms | added p99, ms | peak memory, MB |\n|---|---|---|---|',
  );
  for (const [way, steps] of [
    ['node-http', 1],
    ['blend', 2],
  ] as const) {
    const result = await measure(
      { way, baseURL, inFlight: 200, spreadMs: steps * 1000, count: Math.round(2000 * scale) },
      upstream,
    );
    const added = [0.5, 0.99].map((share) => round(percentile(result, share) - steps * 1000, 1));
    print(`| ${way} | ${added.join(' | ')} | ${round(result.peakBytes / 1e6)} |`);
  }
}

async function sustainedLoad(seconds: number): Promise<void> {
  using upstream = await startUpstream({ deltas: 20 });
  const { first, last, done } = await measure(
    { way: 'blend', baseURL: upstream.baseURL, inFlight: 50, seconds },
    upstream,
  );
  print(
    `\n${seconds} s of load, ${done} blends: the last tenth at ${round(last / first, 2)} of the pace of the first.`,
  );
}

async function memory(count: number): Promise<void> {
  using upstream = await startUpstream({ deltas: 20 });
  const task = { way: 'blend', baseURL: upstream.baseURL, inFlight: 50, count } as const;
  const { heapBytes, peakBytes } = await measure(task, upstream);
  const [early, late] = heapBytes.map((bytes) => round(bytes / 1e6, 1));
  print(
    `\n${count} blends: heap ${early} MB after a tenth, ${late} MB at the end; peak memory ${round(peakBytes / 1e6)} MB.`,
  );
}

const ours = await compareWays(20);
await compareWays(200);
if (values.optillm !== undefined) await compareOptillm(values.optillm, ours);
await addedLatency();
if (Number(values.load) > 0) await sustainedLoad(Number(values.load) * scale);
if (Number(values.memory) > 0) await memory(Number(values.memory));
