/**
 * Makes blends in a process of its own, by the library or as a server, and tells what CPU time that takes. Run by
 * `benchmarks/server.ts` and `benchmarks/slow-readers.ts`, which send {@link WorkerTask}s.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LanguageModelV4, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { createBlender } from '../../src/index.ts';
import { startServer } from '../../src/server/index.ts';
import { lengthRanker } from '../length-ranker.ts';

/** What a worker is asked. */
export type WorkerTask =
  /** Serves; answered by its address. */
  | { readonly type: 'serve' }
  /** Serves answers that nobody makes, by Node alone: what HTTP costs; answered by its address. */
  | { readonly type: 'serve-nothing' }
  /** Makes blends by the library; answered when they are made. */
  | { readonly type: 'blend'; readonly count: number; readonly inFlight: number; readonly stream: boolean }
  /** Answered by what the process has used so far. */
  | { readonly type: 'usage' };

/** What a process has used. */
export interface Used {
  readonly cpuMs: number;
  readonly rssBytes: number;
  /** After a collection. */
  readonly heapBytes: number;
}

/** What the models of a worker do. */
export interface WorkerModels {
  /** An upstream server to ask; else models in this process answer. */
  readonly baseURL?: string | undefined;
  readonly deltas: number;
}

const { baseURL, deltas } = JSON.parse(process.argv[2] ?? '{}') as WorkerModels;

/** A model that answers at once. */
function instantModel(modelId: string): LanguageModelV4 {
  const usage = {
    inputTokens: { total: 10, noCache: 10, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: deltas, text: deltas, reasoning: undefined },
  };
  const parts: readonly LanguageModelV4StreamPart[] = [
    { type: 'stream-start', warnings: [] },
    { type: 'text-start', id: '1' },
    ...Array.from({ length: deltas }, (_, index) => ({ type: 'text-delta' as const, id: '1', delta: `word${index} ` })),
    { type: 'text-end', id: '1' },
    { type: 'finish', finishReason: { unified: 'stop', raw: 'stop' }, usage },
  ];
  return {
    specificationVersion: 'v4',
    provider: 'instant',
    modelId,
    supportedUrls: {},
    doGenerate: () => Promise.reject(new Error('calls are streamed')),
    async doStream() {
      return {
        stream: new ReadableStream({
          start(controller) {
            for (const part of parts) controller.enqueue(part);
            controller.close();
          },
        }),
      };
    },
  };
}

const modelOf = (name: string) => (baseURL === undefined ? instantModel(name) : `up/${name}`);
const mine = { models: [modelOf('a'), modelOf('b'), modelOf('c')], fuser: modelOf('f'), ranker: lengthRanker };
const config = {
  ...(baseURL === undefined ? {} : { providers: { up: { baseURL } } }),
  limits: Object.fromEntries(
    ['up', 'instant'].map((name) => [name, { concurrency: 4096, requestsPerMinute: 1e9, tokensPerMinute: 1e12 }]),
  ),
  blends: { mine, streamed: { ...mine, stream: 'fused' as const } },
};
const blender = createBlender(config);
let asked = 0;

async function blendOnce(stream: boolean): Promise<void> {
  asked += 1;
  const messages = [{ role: 'user' as const, content: `Why is the sky blue? Question ${asked}.` }];
  if (!stream) {
    const { text } = await blender.blend({ blend: 'mine', messages });
    if (!text.includes('word')) throw new Error(`no answer: ${text.slice(0, 200)}`);
    return;
  }
  for await (const part of blender.streamBlend({ blend: 'mine', messages })) if (part.type === 'blend-end') return;
}

/** Reads a request and writes an answer of the size of a blend's. */
async function serveNothing(): Promise<string> {
  const body = JSON.stringify({ text: 'word '.repeat(600) });
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      JSON.parse(Buffer.concat(chunks).toString());
      response.end(body);
    });
  });
  server.listen(0, '127.0.0.1', 2048);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function answer(task: WorkerTask): Promise<unknown> {
  switch (task.type) {
    case 'serve':
      return (await startServer({ blender, config, port: 0, limits: { concurrency: 2000 } })).url;
    case 'serve-nothing':
      return serveNothing();
    case 'blend': {
      let begun = 0;
      const workers = Array.from({ length: task.inFlight }, async () => {
        while (begun < task.count) {
          begun += 1;
          await blendOnce(task.stream);
        }
      });
      await Promise.all(workers);
      return undefined;
    }
    case 'usage': {
      const { user, system } = process.cpuUsage();
      (globalThis as { gc?: () => void }).gc?.();
      const { rss, heapUsed } = process.memoryUsage();
      return { cpuMs: (user + system) / 1000, rssBytes: rss, heapBytes: heapUsed } satisfies Used;
    }
    default:
      return task satisfies never;
  }
}

process.on('message', (task: WorkerTask) => {
  void answer(task).then((result) => process.send?.({ result }));
});
