/**
 * What a blend costs the server beside the library, in one run: the same blends on models that answer at once, and the CPU
 * time of the process that makes them alone. The client runs in this process.
 *
 * Run: node benchmarks/server.ts [--blends N] [--deltas N] [--models instant|upstream]
 *
 * A blend is three models, a ranker that costs nothing, and a fuser. `instant` models are objects in the same process, the
 * least that a blend can cost; `upstream` ones are called over a socket, as real ones are. Beside them is what a request
 * costs where nothing is done for it. Ratios mean something; absolute figures are of the machine.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Agent, request } from 'undici';
import { WorkerProcess } from './server/worker-process.ts';

const { values } = parseArgs({
  options: {
    blends: { type: 'string', default: '1500' },
    deltas: { type: 'string', default: '20' },
    models: { type: 'string', default: '' },
  },
});
const blends = Number(values.blends);
const deltas = Number(values.deltas);
const print = (line: string) => process.stdout.write(`${line}\n`);

async function startUpstream(): Promise<{ baseURL: string } & Disposable> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'calls/upstream.ts'), String(deltas)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [data] = (await once(child.stdout, 'data')) as [Buffer];
  return { baseURL: `http://127.0.0.1:${Number(String(data))}/v1`, [Symbol.dispose]: () => void child.kill() };
}

/** Makes blends by requests to a server. */
async function ask(url: string, { count, inFlight, stream }: { count: number; inFlight: number; stream: boolean }) {
  const dispatcher = new Agent({ connections: inFlight });
  let begun = 0;
  const clients = Array.from({ length: inFlight }, async () => {
    while (begun < count) {
      begun += 1;
      const messages = [{ role: 'user', content: `Why is the sky blue? Question ${begun} of ${inFlight} ${stream}.` }];
      const body = JSON.stringify({ model: 'mine', messages, stream });
      const response = await request(`${url}/v1/chat/completions`, { method: 'POST', body, dispatcher });
      const text = await response.body.text();
      if (response.statusCode !== 200 || !text.includes('word')) throw new Error(`no answer: ${text.slice(0, 300)}`);
    }
  });
  await Promise.all(clients);
  await dispatcher.close();
}

/** CPU milliseconds of a worker for each of some blends. */
async function cpuOf(worker: WorkerProcess, count: number, work: () => Promise<unknown>): Promise<number> {
  const before = await worker.used();
  await work();
  return ((await worker.used()).cpuMs - before.cpuMs) / count;
}

async function compareWays(models: string, baseURL: string | undefined): Promise<void> {
  using library = new WorkerProcess({ baseURL, deltas });
  using server = new WorkerProcess({ baseURL, deltas });
  using nothing = new WorkerProcess({ baseURL, deltas });
  const url = String(await server.do({ type: 'serve' }));
  const floorUrl = String(await nothing.do({ type: 'serve-nothing' }));
  const warm = { count: 300, inFlight: 50 };
  for (const stream of [false, true]) {
    await library.do({ type: 'blend', ...warm, stream });
    await ask(url, { ...warm, stream });
    await ask(floorUrl, { ...warm, stream });
  }
  for (const stream of [false, true]) {
    for (const inFlight of [50, 200]) {
      const task = { count: blends, inFlight, stream };
      // In turns, so that what else the machine does hits both.
      const [first, second] = [
        { ...task, count: blends / 2 },
        { ...task, count: blends / 2 },
      ];
      let [own, floor, served] = [0, 0, 0];
      for (const half of [first, second]) {
        own += (await cpuOf(library, half.count, () => library.do({ type: 'blend', ...half }))) / 2;
        floor += (await cpuOf(nothing, half.count, () => ask(floorUrl, half))) / 2;
        served += (await cpuOf(server, half.count, () => ask(url, half))) / 2;
      }
      const figures = [own.toFixed(2), floor.toFixed(2), served.toFixed(2), (served / own).toFixed(2)];
      print(`| ${models} | ${stream ? 'streamed' : 'whole'} | ${inFlight} | ${figures.join(' | ')} |`);
    }
  }
}

print(`${blends} blends of ${deltas} deltas an answer, CPU ms a blend\n`);
print(
  '| models | answers | in flight | library | HTTP alone | server | server / library |\n|---|---|---|---|---|---|---|',
);
if (values.models !== 'upstream') await compareWays('instant', undefined);
if (values.models !== 'instant') {
  using upstream = await startUpstream();
  await compareWays('upstream', upstream.baseURL);
}
