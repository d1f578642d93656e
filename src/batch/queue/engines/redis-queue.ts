import type { Redis } from 'ioredis';
import { importOptional } from '../../../util/import-optional.ts';
import type { QueueConnection, QueuedRange } from '../range-queue.ts';
import type { DocumentStore, StoredDocument } from '../shared/document-store.ts';
import { BullmqRanges, bullmqOptions, loadBullmq, unreachable } from './bullmq-ranges.ts';

const INSTALL = 'npm install bullmq ioredis';
/** How all keys begin. */
const PREFIX = 'llm-blender';
/** How long a first connection may take. */
const CONNECT_MS = 10_000;

/** Writes a document where its version is the one that was read; an empty text removes it. */
const REPLACE = `
local version = redis.call('HGET', KEYS[1], 'version') or '0'
if version ~= ARGV[1] then return 0 end
if ARGV[2] == '' then
  redis.call('DEL', KEYS[1])
else
  redis.call('HSET', KEYS[1], 'version', ARGV[3], 'text', ARGV[2])
end
return 1`;

const READ = `
local time = redis.call('TIME')
local found = redis.call('HMGET', KEYS[1], 'version', 'text')
return { found[1], found[2], time[1], time[2] }`;

class RedisDocuments implements DocumentStore {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  async read(name: string): Promise<StoredDocument> {
    const found = (await this.#redis.eval(READ, 1, `${PREFIX}:document:${name}`)) as (string | null)[];
    const [version, text, seconds, micros] = found;
    const now = Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
    return { version: version ?? '0', text: text ?? undefined, now };
  }

  async replace(name: string, text: string | undefined, version: string): Promise<boolean> {
    // Not counted: a document that is made anew must not have a version that it had before.
    const next = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
    return (await this.#redis.eval(REPLACE, 1, `${PREFIX}:document:${name}`, version, text ?? '', next)) === 1;
  }
}

/** Connects to Redis or Valkey. @throws MissingDependencyError, JobError where it cannot be reached. */
export async function openRedis(url: string, name: string): Promise<QueueConnection> {
  const { Redis } = await importOptional(() => import('ioredis'), {
    dependency: 'ioredis',
    feature: 'A queue in Redis',
    command: INSTALL,
  });
  const bullmq = await loadBullmq(INSTALL);
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    lazyConnect: true,
    retryStrategy: (attempt) => Math.min(attempt * 100, 2000),
  });
  let lastError: unknown;
  redis.on('error', (error) => (lastError = error));
  try {
    await withTimeout(redis.connect(), () => lastError);
    await redis.ping();
  } catch (error) {
    redis.disconnect();
    // What ends a connection says why; what was waiting for it only that it has ended.
    throw unreachable(name, lastError ?? error);
  }
  return {
    name,
    documents: new RedisDocuments(redis),
    ranges: async (job, { leaseMs, onError }) => {
      const { queue: queueOptions, worker: workerOptions } = bullmqOptions({ leaseMs });
      const options = { connection: redis, prefix: PREFIX };
      const queue = new bullmq.Queue<QueuedRange, void, 'range', QueuedRange, void, 'range'>(job, {
        ...options,
        ...queueOptions,
      });
      queue.on('error', onError);
      const openWorker = () => {
        const worker = new bullmq.Worker<QueuedRange, void, 'range'>(job, null, {
          ...options,
          ...workerOptions,
          autorun: false,
        });
        worker.on('error', onError);
        return worker;
      };
      return new BullmqRanges(queue, { openWorker, leaseMs });
    },
    close: async () => redis.disconnect(),
  };
}

async function withTimeout(connecting: Promise<void>, lastError: () => unknown): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(lastError() ?? new Error('It does not answer.')), CONNECT_MS);
  try {
    await Promise.race([connecting, promise]);
  } finally {
    clearTimeout(timer);
    connecting.catch(() => {});
  }
}
