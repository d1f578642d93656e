import { existsSync } from 'node:fs';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { InvalidArgumentError } from '../../index.ts';
import { definedOnly } from '../../util/defined-only.ts';
import { errorCode } from '../../util/error-message.ts';
import { withFileLock } from '../../util/file-lock.ts';
import { formatPath } from '../../util/value-path.ts';
import { writePrivateFile } from '../../util/write-private-file.ts';
import { findKey, makeKey, type StoredKey } from './api-key.ts';
import { NOTHING_SPENT, Spending, type Spent } from './spending.ts';
import { type KeyLimitChanges, keyLimits, type KeyLimits } from './key-limits.ts';

const keyFile = z.object({
  version: z.literal(1),
  keys: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      sha256: z.string().regex(/^[\da-f]{64}$/),
      createdAt: z.string(),
      limits: keyLimits.default({}),
    }),
  ),
});

/** Keys of clients, in a file that only the user can read. A running server sees what is changed in it. */
export class KeyStore {
  readonly path: string;
  #keys: readonly StoredKey[] = [];
  /** What the file was like when it was read last. */
  #version = '';

  constructor(path: string) {
    this.path = path;
  }

  /** @throws InvalidArgumentError for a file that is damaged. */
  async list(): Promise<readonly StoredKey[]> {
    const version = await this.#fileVersion();
    if (version !== this.#version) {
      this.#keys = version === '' ? [] : await this.#read();
      this.#version = version;
    }
    return this.#keys;
  }

  /** The stored form of a key that was given; undefined for one that is not known. */
  async find(given: string): Promise<StoredKey | undefined> {
    return findKey(await this.list(), given);
  }

  /** Where the server writes down what the keys have spent. */
  get spendingPath(): string {
    return join(dirname(this.path), 'spending.sqlite');
  }

  /** @returns the key itself, which nobody can show again. @throws InvalidArgumentError for limits that cannot be used. */
  async create(name: string, limits: KeyLimits = {}): Promise<{ readonly key: string; readonly stored: StoredKey }> {
    const made = makeKey(name, checkLimits(limits));
    await this.#change((keys) => [...keys, made.stored]);
    return made;
  }

  /**
   * Changes the limits that are given, of a key.
   *
   * @returns the key; undefined where there is none of this id.
   * @throws InvalidArgumentError for limits that cannot be used.
   */
  async update(id: string, changes: KeyLimitChanges): Promise<StoredKey | undefined> {
    let updated: StoredKey | undefined;
    await this.#change((keys) =>
      keys.map((key) => {
        if (key.id !== id) return key;
        const merged = Object.entries({ ...key.limits, ...definedOnly(changes) }).filter(([, value]) => value !== null);
        updated = { ...key, limits: checkLimits(Object.fromEntries(merged)) };
        return updated;
      }),
    );
    return updated;
  }

  /** @returns false where there is none of this id. */
  async revoke(id: string): Promise<boolean> {
    let isFound = false;
    await this.#change((keys) => {
      isFound = keys.some((key) => key.id === id);
      return keys.filter((key) => key.id !== id);
    });
    return isFound;
  }

  /** What each key has spent, by its id. */
  async spent(): Promise<ReadonlyMap<string, Spent>> {
    const keys = await this.list();
    // What no server has written yet is not made.
    if (!existsSync(this.spendingPath)) return new Map(keys.map(({ id }) => [id, NOTHING_SPENT]));
    using spending = new Spending(this.spendingPath);
    return new Map(keys.map(({ id }) => [id, spending.of(id)]));
  }

  async #fileVersion(): Promise<string> {
    try {
      const { mtimeMs, size, ino } = await stat(this.path);
      return `${mtimeMs} ${size} ${ino}`;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return '';
      throw error;
    }
  }

  async #read(): Promise<readonly StoredKey[]> {
    try {
      return keyFile.parse(JSON.parse(await readFile(this.path, 'utf8'))).keys;
    } catch (error) {
      throw new InvalidArgumentError({
        parameter: 'key file',
        value: this.path,
        message: 'it is damaged. Remove it, and create the keys anew.',
        cause: error,
      });
    }
  }

  /** Changes the file as it is, also where others change it at the same time. */
  async #change(change: (keys: readonly StoredKey[]) => readonly StoredKey[]): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
    await withFileLock({ path: this.path }, async (signal) => {
      const keys = (await this.#fileVersion()) === '' ? [] : await this.#read();
      const changed = change(keys);
      signal.throwIfAborted();
      await writePrivateFile(this.path, `${JSON.stringify({ version: 1, keys: changed }, undefined, 2)}\n`);
    });
  }
}

function checkLimits(given: unknown): KeyLimits {
  const { data, error } = keyLimits.strict().safeParse(given);
  if (data !== undefined) return data;
  const [issue] = error.issues;
  const parameter = ['limits', formatPath(issue?.path ?? [])].filter(Boolean).join('.');
  throw new InvalidArgumentError({ parameter, value: given, message: `${issue?.message}.` });
}
