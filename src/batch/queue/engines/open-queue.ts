import { InvalidArgumentError } from '../../../error/index.ts';
import { rememberSecret } from '../../../util/known-secrets.ts';
import type { QueueConnection } from '../range-queue.ts';

/** Schemes of addresses, and what speaks to them. */
const SCHEMES: Readonly<Record<string, 'redis' | 'postgres'>> = {
  'redis:': 'redis',
  'rediss:': 'redis',
  'valkey:': 'redis',
  'valkeys:': 'redis',
  'postgres:': 'postgres',
  'postgresql:': 'postgres',
};

/**
 * Connects to a queue.
 *
 * @param url `redis://`, `rediss://`, `valkey://`, `postgres://` or `postgresql://`.
 * @throws InvalidArgumentError for another address, MissingDependencyError without the packages for it, JobError where
 * it cannot be reached.
 */
export async function openQueue(url: string): Promise<QueueConnection> {
  const parsed = URL.parse(url);
  const engine = parsed === null ? undefined : SCHEMES[parsed.protocol];
  if (parsed === null || engine === undefined) {
    throw new InvalidArgumentError({
      parameter: 'queue',
      value: parsed === null ? url : `${parsed.protocol}//…`,
      message: 'expected the address of a queue, such as redis://localhost:6379 or postgres://user@localhost/database.',
    });
  }
  const password = decodeURIComponent(parsed.password);
  if (password !== '') rememberSecret(password);
  const name = nameOf(parsed);
  if (engine === 'redis') {
    parsed.protocol = parsed.protocol.replace('valkey', 'redis');
    const { openRedis } = await import('./redis-queue.ts');
    return openRedis(parsed.href.replace(/^valkey/, 'redis'), name);
  }
  const { openPostgres } = await import('./postgres-queue.ts');
  return openPostgres(url, name);
}

/** An address without a password. */
function nameOf(url: URL): string {
  const shown = new URL(url);
  shown.password = '';
  shown.search = '';
  return shown.href;
}
