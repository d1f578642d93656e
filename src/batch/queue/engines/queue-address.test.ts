import { describe, expect, test } from 'vitest';
import { InvalidArgumentError } from '../../../error/index.ts';
import { redactKnownSecrets } from '../../../util/known-secrets.ts';
import { readQueueAddress } from './queue-address.ts';

describe('readQueueAddress', () => {
  test.each([
    ['redis://:in-front-of-it@host:6379/3', 'redis://host:6379/3', 'redis://host:6379/3'],
    ['valkeys://user:in-front-of-it@host', 'valkeys://user@host', 'valkeys://user@host'],
    ['redis://host?password=in-the-query&family=6', 'redis://host?family=6', 'redis://host'],
    ['redis://host?sentinelPassword=in-the-query', 'redis://host', 'redis://host'],
    [
      'postgres://host/jobs?user=me&password=in-the-query&sslmode=require',
      'postgres://host/jobs?user=me&sslmode=require',
      'postgres://host/jobs',
    ],
  ])('keeps no password of %s', (address, kept, name) => {
    expect(readQueueAddress(address)).toMatchObject({ kept, name });
    expect(redactKnownSecrets(address)).not.toMatch(/in-front-of-it|in-the-query/);
  });

  test.each(['kafka://user:wrong-scheme@host', 'redis://:no-port@host:port', 'http://host?password=wrong-scheme', ''])(
    'refuses %s without showing a password',
    (address) => {
      const read = () => readQueueAddress(address);
      expect(read).toThrow(InvalidArgumentError);
      expect(read).toThrow(/redis:\/\/localhost/);
      expect(read).not.toThrow(/wrong-scheme|no-port/);
    },
  );

  test('says how a percent sign is written', () => {
    expect(() => readQueueAddress('redis://:fifty%of@host')).toThrow(/%25/);
  });
});
