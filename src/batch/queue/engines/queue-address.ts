import { InvalidArgumentError } from '../../../error/index.ts';
import { rememberSecret } from '../../../util/known-secrets.ts';

/** Schemes of addresses, and what speaks to them. */
const SCHEMES: Readonly<Record<string, 'redis' | 'postgres'>> = {
  'redis:': 'redis',
  'rediss:': 'redis',
  'valkey:': 'redis',
  'valkeys:': 'redis',
  'postgres:': 'postgres',
  'postgresql:': 'postgres',
};

/** Both clients take a password in the query as well. */
const PASSWORD = /passw/i;

/** The address of a queue. */
export interface QueueAddress {
  readonly engine: 'redis' | 'postgres';
  readonly url: URL;
  /** The address without its passwords, for files. */
  readonly kept: string;
  /** The same without a query, for messages. */
  readonly name: string;
}

/** Reads an address; its passwords are redacted from now on. @throws InvalidArgumentError for another address. */
export function readQueueAddress(text: string): QueueAddress {
  const url = URL.parse(text);
  const engine = url === null ? undefined : SCHEMES[url.protocol];
  // What cannot be read as an address may have a password anywhere.
  const value = /[@?]/.test(text) ? '…' : text;
  const refuse = (message: string) => new InvalidArgumentError({ parameter: 'queue', value, message });
  if (url === null || engine === undefined) {
    throw refuse(
      'expected the address of a queue, such as redis://localhost:6379 or postgres://user@localhost/database.',
    );
  }
  const inQuery = [...url.searchParams.entries()].filter(([name]) => PASSWORD.test(name));
  for (const password of [decoded(url.password), ...inQuery.map((entry) => entry[1])]) {
    if (password === undefined) {
      throw refuse('its password has a % that begins no code of a character. Write %25 for a percent sign.');
    }
    rememberSecret(password);
  }
  const kept = new URL(url);
  kept.password = '';
  for (const [name] of inQuery) kept.searchParams.delete(name);
  const shown = new URL(kept);
  shown.search = '';
  return { engine, url, kept: kept.href, name: shown.href };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
