import type { QueueConnection } from '../range-queue.ts';
import { readQueueAddress } from './queue-address.ts';

/**
 * Connects to a queue.
 *
 * @param address `redis://`, `rediss://`, `valkey://`, `postgres://` or `postgresql://`.
 * @throws InvalidArgumentError for another address, MissingDependencyError without the packages for it, JobError where
 * it cannot be reached.
 */
export async function openQueue(address: string): Promise<QueueConnection> {
  const { engine, url, name } = readQueueAddress(address);
  if (engine === 'redis') {
    const { openRedis } = await import('./redis-queue.ts');
    return openRedis(url.href.replace(/^valkey/, 'redis'), name);
  }
  const { openPostgres } = await import('./postgres-queue.ts');
  return openPostgres(address, name);
}
