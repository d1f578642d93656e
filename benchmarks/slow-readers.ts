/**
 * What many streams whose clients read slowly take of a server's memory: it has to stay where it is when all have begun.
 *
 * Run: node benchmarks/slow-readers.ts [--streams N] [--seconds N] [--deltas N]
 *
 * Each client asks a blend that streams its fused answer, and reads 4 kB a second of it. Models answer at once, so that
 * whatever is not read has to wait somewhere.
 */
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { WorkerProcess } from './server/worker-process.ts';

const { values } = parseArgs({
  options: {
    streams: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '20' },
    deltas: { type: 'string', default: '2000' },
  },
});
const [streams, seconds] = [Number(values.streams), Number(values.seconds)];
const print = (line: string) => process.stdout.write(`${line}\n`);
/** Read at once by each client, and how often. */
const [PIECE, EVERY_MS] = [4096, 1000];

using worker = new WorkerProcess({ deltas: Number(values.deltas) });
const url = String(await worker.do({ type: 'serve' }));
const idle = await worker.used();
let bytes = 0;
let ended = 0;

async function readSlowly(index: number): Promise<() => void> {
  const messages = [{ role: 'user', content: `Question ${index}?` }];
  const sent = request(`${url}/v1/chat/completions`, { method: 'POST', agent: false });
  sent.on('error', () => {});
  sent.end(JSON.stringify({ model: 'streamed', messages, stream: true }));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.on('end', () => (ended += 1)).on('error', () => {});
  const timer = setInterval(() => {
    const piece = response.read(PIECE) as Buffer | null;
    bytes += piece?.length ?? 0;
  }, EVERY_MS);
  return () => {
    clearInterval(timer);
    sent.destroy();
  };
}

const clients: (() => void)[] = [];
while (clients.length < streams) {
  const count = Math.min(50, streams - clients.length);
  clients.push(...(await Promise.all(Array.from({ length: count }, (_, index) => readSlowly(clients.length + index)))));
}
const mb = (value: number) => (value / 1e6).toFixed(0);
const steps = 10;
const heaps: number[] = [];
print(
  `${streams} streams of ${values.deltas} deltas; before them: ${mb(idle.rssBytes)} MB, heap ${mb(idle.heapBytes)} MB\n`,
);
print('| seconds | read, MB | ended | memory, MB | heap, MB |\n|---|---|---|---|---|');
for (let step = 1; step <= steps; step += 1) {
  await delay((seconds * 1000) / steps);
  const { rssBytes, heapBytes } = await worker.used();
  heaps.push(heapBytes);
  print(`| ${((seconds * step) / steps).toFixed(0)} | ${mb(bytes)} | ${ended} | ${mb(rssBytes)} | ${mb(heapBytes)} |`);
}
for (const leave of clients) leave();
await delay(2000);
const after = await worker.used();
const growth = ((heaps.at(-1) ?? 0) - (heaps[1] ?? 0)) / (heaps[1] ?? 1);
print(`\nThe heap grew by ${(growth * 100).toFixed(0)} % from the second look to the last.`);
print(`After all have left: ${mb(after.rssBytes)} MB, heap ${mb(after.heapBytes)} MB.`);
