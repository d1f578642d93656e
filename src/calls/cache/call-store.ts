import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { loadSqlite } from './open-sqlite.ts';

/** Raised with the shape of the table; a file of another form is emptied. */
const FORM = 1;

/** Milliseconds to wait for another process that writes. */
const BUSY_MS = 2000;

/** How much is kept when the store is over its size, so that not every entry evicts another. */
const KEPT_SHARE = 0.9;

/** A key to read, or to write where there is a value. */
export interface StoreRequest {
  readonly key: string;
  readonly value?: Uint8Array | undefined;
}

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
    this.#database.exec('PRAGMA journal_mode = WAL');
    this.#database.exec('PRAGMA synchronous = NORMAL');
    // Within a transaction: of several processes that begin with a new file only one may make the table.
    this.#database.exec('BEGIN IMMEDIATE');
    const form = this.#database.prepare('PRAGMA user_version').get()?.['user_version'];
    if (form !== FORM) this.#database.exec(`DROP TABLE IF EXISTS calls; PRAGMA user_version = ${FORM}; ${TABLE}`);
    this.#database.exec('COMMIT');
  }

  get(key: string): Uint8Array | undefined {
    return this.run([{ key }])[0];
  }

  set(key: string, value: Uint8Array): void {
    this.run([{ key, value }]);
  }

  /** Reads the keys that come without a value, and writes the others. All that is written is one transaction. */
  run(requests: readonly StoreRequest[]): (Uint8Array | undefined)[] {
    const found = requests.map(({ key, value }) => (value === undefined ? this.#find(key) : undefined));
    const used = requests.filter((_, index) => found[index] !== undefined);
    const written = requests.filter(({ value }) => value !== undefined && value.byteLength <= this.#maxBytes);
    if (used.length + written.length > 0) this.#change(used, written);
    return found;
  }

  #find(key: string): Uint8Array | undefined {
    const row = this.#read.get(key);
    const value = row?.['value'];
    const isYoung = Number(row?.['created']) >= this.#now() - this.#maxAgeMs;
    return value instanceof Uint8Array && isYoung ? value : undefined;
  }

  #change(used: readonly StoreRequest[], written: readonly StoreRequest[]): void {
    const now = this.#now();
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      for (const { key } of used) this.#use.run(now, key);
      for (const { key, value = new Uint8Array() } of written) {
        this.#write.run(key, value, value.byteLength, now, now);
        this.#bytes += value.byteLength;
      }
      if (this.#bytes > this.#maxBytes) this.#evict();
      this.#database.exec('COMMIT');
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
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

const TABLE = `
  CREATE TABLE calls (
    key TEXT PRIMARY KEY,
    value BLOB NOT NULL,
    bytes INTEGER NOT NULL,
    created INTEGER NOT NULL,
    used INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX callsByUse ON calls (used, bytes)`;
