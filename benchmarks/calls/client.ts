/**
 * One way of making many calls to the server of `upstream.ts`, measured. Run as a program by `benchmarks/blends.ts`: the
 * argument is a {@link ClientTask} as JSON; prints a {@link ClientResult} as JSON.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request as nodeRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { request as undiciRequest } from 'undici';
import { createBlender } from '../../src/index.ts';
import { lengthRanker } from '../length-ranker.ts';

/** What a client does. */
export interface ClientTask {
  readonly way: 'blend' | 'adapter' | 'fetch' | 'node-http' | 'undici' | 'optillm';
  /** Address of the API with the version. */
  readonly baseURL: string;
  /** Pieces of work at once. */
  readonly inFlight: number;
  /** The first pieces of work start over so many milliseconds instead of all at once. @default 0 */
  readonly spreadMs?: number;
  /** Stops after so many pieces of work … */
  readonly count?: number;
  /** … or so many seconds. */
  readonly seconds?: number;
}

/** What it cost. */
export interface ClientResult {
  readonly done: number;
  readonly seconds: number;
  readonly cpuMs: number;
  readonly peakBytes: number;
  /** Milliseconds of each piece of work, sorted. */
  readonly latencies: readonly number[];
  /** Done in the first and in the last tenth of the time. */
  readonly first: number;
  readonly last: number;
  /** Bytes of the heap after a collection: after a tenth of the work, and at the end. */
  readonly heapBytes: readonly [number, number];
}

const task = JSON.parse(process.argv[2] ?? '{}') as ClientTask;
const body = (model: string, prompt: string, stream = true) =>
  JSON.stringify({ model, messages: [{ role: 'user', content: prompt }], stream });
const url = `${task.baseURL}/chat/completions`;
const headers = { 'content-type': 'application/json' };

function check(text: string): void {
  if (!/word\d+ /.test(text)) throw new Error(`no answer: ${text.slice(0, 200)}`);
}

/** Makes one piece of work: a blend of four calls, or one call. */
async function createWork(): Promise<(prompt: string) => Promise<void>> {
  switch (task.way) {
    case 'blend': {
      const cache = { path: join(folder, 'calls.sqlite') };
      const blender = createBlender({
        cache,
        providers: { up: { baseURL: task.baseURL } },
        limits: { up: { concurrency: 1024, requestsPerMinute: 1e9, tokensPerMinute: 1e12 } },
        prices: Object.fromEntries(
          ['a', 'b', 'c', 'f'].map((id) => [`up/${id}`, { inputPerMillion: 1, outputPerMillion: 1 }]),
        ),
      });
      return async (prompt) => {
        const { text } = await blender.blend({
          prompt,
          models: ['up/a', 'up/b', 'up/c'],
          fuser: 'up/f',
          ranker: lengthRanker,
          maxCost: 1,
          maxCalls: 10,
          totalTimeoutMs: 60_000,
        });
        check(text);
      };
    }
    case 'adapter': {
      const model = createOpenAICompatible({ name: 'up', baseURL: task.baseURL, includeUsage: true })('a');
      return async (prompt) => {
        const content = [{ type: 'text' as const, text: prompt }];
        const { stream } = await model.doStream({ prompt: [{ role: 'user', content }] });
        let text = '';
        for await (const part of stream) if (part.type === 'text-delta') text += part.delta;
        check(text);
      };
    }
    case 'fetch':
      return async (prompt) => {
        const response = await fetch(url, { method: 'POST', headers, body: body('a', prompt) });
        const decoder = new TextDecoder();
        let rest = '';
        let text = '';
        for await (const chunk of response.body ?? []) {
          const events = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
          rest = events.pop() ?? '';
          for (const event of events) {
            if (event === 'data: [DONE]') continue;
            const { choices } = JSON.parse(event.slice(6)) as { choices: { delta: { content?: string } }[] };
            text += choices[0]?.delta.content ?? '';
          }
        }
        check(text);
      };
    case 'node-http': {
      const agent = new Agent({ keepAlive: true, maxSockets: 1024 });
      return async (prompt) => {
        const sent = nodeRequest(url, { method: 'POST', headers, agent });
        sent.end(body('a', prompt));
        const [response] = (await once(sent, 'response')) as [import('node:http').IncomingMessage];
        response.setEncoding('utf8');
        let text = '';
        response.on('data', (chunk: string) => (text += chunk));
        await once(response, 'end');
        check(text);
      };
    }
    case 'undici':
      return async (prompt) => {
        const response = await undiciRequest(url, { method: 'POST', headers, body: body('a', prompt) });
        check(await response.body.text());
      };
    case 'optillm':
      return async (prompt) => {
        const response = await fetch(url, {
          method: 'POST',
          headers: { ...headers, authorization: 'Bearer x' },
          body: body('moa-m', prompt, false),
          signal: AbortSignal.timeout(60_000),
        });
        check(await response.text());
      };
    default:
      return task.way satisfies never;
  }
}

const folder = mkdtempSync(join(tmpdir(), 'blends-'));
const collect = () => (globalThis as { gc?: () => void }).gc?.();
const work = await createWork();
for (let warm = 0; warm < 20; warm += 1) await work(`warm ${warm}`);

const { count = Infinity, seconds: limit = Infinity } = task;
const latencies: number[] = [];
const ends: number[] = [];
let begun = 0;
let earlyHeap = 0;
const cpu = process.cpuUsage();
const start = performance.now();
const elapsed = () => (performance.now() - start) / 1000;
await Promise.all(
  Array.from({ length: task.inFlight }, async (_, index) => {
    await delay(((task.spreadMs ?? 0) * index) / task.inFlight);
    while (begun < count && elapsed() < limit) {
      begun += 1;
      const from = performance.now();
      await work(`Why is the sky blue? Question ${begun}.`);
      latencies.push(performance.now() - from);
      ends.push(elapsed());
      if (ends.length === Math.ceil(count / 10)) {
        collect();
        earlyHeap = process.memoryUsage().heapUsed;
      }
    }
  }),
);
const seconds = elapsed();
const used = process.cpuUsage(cpu);
const peakBytes = process.resourceUsage().maxRSS * 1024;
collect();
const result: ClientResult = {
  done: latencies.length,
  seconds,
  cpuMs: (used.user + used.system) / 1000,
  peakBytes,
  latencies: latencies.toSorted((a, b) => a - b).map((value) => Math.round(value * 100) / 100),
  first: ends.filter((end) => end <= seconds / 10).length,
  last: ends.filter((end) => end > (seconds * 9) / 10).length,
  heapBytes: [earlyHeap, process.memoryUsage().heapUsed],
};
rmSync(folder, { recursive: true, force: true });
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit());
