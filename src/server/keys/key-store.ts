import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { InvalidArgumentError } from '../../index.ts';
import { errorCode } from '../../util/error-message.ts';
import { findKey, makeKey, type StoredKey } from './api-key.ts';

const keyFile = z.object({
  version: z.literal(1),
  keys: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      sha256: z.string().regex(/^[\da-f]{64}$/),
      createdAt: z.string(),
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

  /** @returns the key itself, which nobody can show again. */
  async create(name: string): Promise<{ readonly key: string; readonly stored: StoredKey }> {
    const made = makeKey(name);
    await this.#write([...(await this.list()), made.stored]);
    return made;
  }

  /** @returns false where there is none of this id. */
  async revoke(id: string): Promise<boolean> {
    const keys = await this.list();
    const others = keys.filter((key) => key.id !== id);
    if (others.length === keys.length) return false;
    await this.#write(others);
    return true;
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

  async #write(keys: readonly StoredKey[]): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
    // Renamed when whole, so that no server reads half of it.
    const draft = `${this.path}.${randomUUID()}`;
    try {
      await writeFile(draft, `${JSON.stringify({ version: 1, keys }, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' });
      await rename(draft, this.path);
    } finally {
      await rm(draft, { force: true });
    }
  }
}
