import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { loadSqlite } from '../../util/open-sqlite.ts';

/** Raised with the shape of the table; a file of another form is emptied. */
const FORM = 1;

/** Milliseconds to wait for another process that writes. */
const BUSY_MS = 2000;

/** How much is kept when the store is over its size, so that not every entry evicts another. */
const KEPT_SHARE = 0.9;

/** Something to do with one key. */
export type StoreRequest =
  | { readonly type: 'read'; readonly key: string }
  | { readonly type: 'write'; readonly key: string; readonly value: Uint8Array }
  /** It has been used: of what is evicted, it comes later. */
  | { readonly type: 'touch'; readonly key: string };

/** What a store holds. */
export interface StoreInfo {
  readonly entries: number;
  /** Of the answers; the file is a little larger. */
  readonly bytes: number;
}

/**
 * Answers by their key in one SQLite file, which only its user can read. Any number of processes may use it at once.
 * Every method may throw what SQLite throws.
 */
export class CallStore implements Disposable {
  readonly #database: DatabaseSync;
  readonly #maxBytes: number;
  readonly #maxAgeMs: number;
  readonly #now: () => number;
  readonly #read: StatementSync;
  readonly #use: StatementSync;
  readonly #write: StatementSync;
  /** By this process's count; others write as well, so it is counted anew before anything is evicted. */
  #bytes: number;

  constructor({
    path,
    maxBytes,
    maxAgeMs,
    now = Date.now,
  }: {
    path: string;
    maxBytes: number;
    maxAgeMs: number;
    now?: () => number;
  }) {
    mkdirSync(dirname(path), { recursive: true });
    // Made before SQLite does, which would let others read it; its side files take the mode over.
    closeSync(openSync(path, 'a', 0o600));
    chmodSync(path, 0o600);
    this.#maxBytes = maxBytes;
    this.#maxAgeMs = maxAgeMs;
    this.#now = now;
    this.#database = new (loadSqlite().DatabaseSync)(path);
    try {
      this.#prepare();
      this.#read = this.#database.prepare('SELECT value, created FROM calls WHERE key = ?');
      this.#use = this.#database.prepare('UPDATE calls SET used = ? WHERE key = ?');
      this.#write = this.#database.prepare(
        'INSERT OR REPLACE INTO calls (key, value, bytes, created, used) VALUES (?, ?, ?, ?, ?)',
      );
      this.#bytes = this.info().bytes;
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  #prepare(): void {
    this.#database.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
    this.#switchToWal();
    this.#database.exec('PRAGMA synchronous = NORMAL');
    // Who finds the table is not held up by another process that writes.
    if (this.#form() === FORM) return;
    // Within a transaction: of several processes that begin with a new file only one may make the table.
    this.#database.exec('BEGIN IMMEDIATE');
    if (this.#form() !== FORM) {
      this.#database.exec(`DROP TABLE IF EXISTS calls; PRAGMA user_version = ${FORM}; ${TABLE}`);
    }
    this.#database.exec('COMMIT');
  }

  /** SQLite does not wait by itself where another process is doing the same to a new file. */
  #switchToWal(): void {
    const pauseMs = 10;
    for (let waitedMs = 0; ; waitedMs += pauseMs) {
      try {
        this.#database.exec('PRAGMA journal_mode = WAL');
        return;
      } catch (error) {
        if (!isBusy(error) || waitedMs >= BUSY_MS) throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
      }
    }
  }

  #form(): unknown {
    return this.#database.prepare('PRAGMA user_version').get()?.['user_version'];
  }

  get(key: string): Uint8Array | undefined {
    const [value] = this.run([{ type: 'read', key }]);
    if (value !== undefined) this.run([{ type: 'touch', key }]);
    return value;
  }

  set(key: string, value: Uint8Array): void {
    this.run([{ type: 'write', key, value }]);
  }

  /**
   * Reads first; all that is changed is one transaction. Gives a value for each request, undefined where nothing was
   * read or found.
   */
  run(requests: readonly StoreRequest[]): (Uint8Array | undefined)[] {
    const found = requests.map(({ type, key }) => (type === 'read' ? this.#find(key) : undefined));
    const changes = requests.filter((request) => request.type !== 'read');
    if (changes.length > 0) this.#change(changes);
    return found;
  }

  #find(key: string): Uint8Array | undefined {
    const row = this.#read.get(key);
    const value = row?.['value'];
    const isYoung = Number(row?.['created']) >= this.#now() - this.#maxAgeMs;
    return value instanceof Uint8Array && isYoung ? value : undefined;
  }

  #change(changes: readonly Exclude<StoreRequest, { type: 'read' }>[]): void {
    const now = this.#now();
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      for (const change of changes) {
        if (change.type === 'touch') this.#use.run(now, change.key);
        else this.#put(change.key, change.value, now);
      }
      if (this.#bytes > this.#maxBytes) this.#evict();
      this.#database.exec('COMMIT');
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  #put(key: string, value: Uint8Array, now: number): void {
    if (value.byteLength > this.#maxBytes) return;
    this.#write.run(key, value, value.byteLength, now, now);
    this.#bytes += value.byteLength;
  }

  /** Drops what is too old, then what has not been used for longest. */
  #evict(): void {
    this.#database.prepare('DELETE FROM calls WHERE created < ?').run(this.#now() - this.#maxAgeMs);
    const { bytes } = this.info();
    this.#bytes = bytes;
    if (bytes <= this.#maxBytes) return;
    this.#database
      .prepare(
        `DELETE FROM calls WHERE key IN (
           SELECT key FROM (SELECT key, SUM(bytes) OVER (ORDER BY used DESC, key) AS upTo FROM calls) WHERE upTo > ?)`,
      )
      .run(Math.floor(this.#maxBytes * KEPT_SHARE));
    this.#bytes = this.info().bytes;
  }

  info(): StoreInfo {
    const row = this.#database.prepare('SELECT COUNT(*) AS entries, COALESCE(SUM(bytes), 0) AS bytes FROM calls').get();
    return { entries: Number(row?.['entries']), bytes: Number(row?.['bytes']) };
  }

  /** Removes everything, also from the file. */
  clear(): void {
    this.#database.exec('DELETE FROM calls; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
    this.#bytes = 0;
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

/** Another process writes for longer than is worth waiting (SQLITE_BUSY, SQLITE_LOCKED). */
export function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (error.errcode === 5 || error.errcode === 6);
}

const TABLE = `
  CREATE TABLE calls (
    key TEXT PRIMARY KEY,
    value BLOB NOT NULL,
    bytes INTEGER NOT NULL,
    created INTEGER NOT NULL,
    used INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX callsByUse ON calls (used, bytes)`;
