import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { openQueue } from '../../../src/batch/queue/index.ts';
import { startRedis } from './engines.ts';

test('a queue that refuses a password says so', { timeout: 60_000 }, async () => {
  await using redis = await startRedis();
  const client = new Redis(redis.url);
  await client.config('SET', 'requirepass', 'right');
  client.disconnect();
  const { port } = new URL(redis.url);
  await expect(openQueue(`redis://:wrong@127.0.0.1:${port}`)).rejects.toThrow(/cannot be reached: WRONGPASS/);
  const queue = await openQueue(`redis://:right@127.0.0.1:${port}`);
  await queue.close();
});
