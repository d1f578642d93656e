import { randomUUID } from 'node:crypto';
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { errorCode } from '../../util/error-message.ts';
import { loadSqlite } from '../../util/open-sqlite.ts';
import type { SpendLimit } from './key-limits.ts';

/** Milliseconds to wait for another process that writes. */
const BUSY_MS = 2000;

/** Sums of prices are not exact to the last bit. */
const ROUNDING = 1e-9;

/** What the requests of a key have cost, in US dollars. Days and months are those of UTC. */
export interface Spent {
  readonly day: number;
  readonly month: number;
  readonly total: number;
  /** Set aside for requests that are being answered. */
  readonly reserved: number;
  /** Calls whose price is not known: they are in none of the sums. */
  readonly unpricedCalls: number;
}

/** Why nothing more was set aside: US dollars of the limit that are spent, and that are set aside for other requests. */
export interface Shortage {
  readonly spent: number;
  readonly reserved: number;
}

/** What a request has cost. */
export interface RequestCost {
  readonly dollars: number;
  readonly unpricedCalls: number;
}

/** Of a key that was never used. */
export const NOTHING_SPENT: Spent = { day: 0, month: 0, total: 0, reserved: 0, unpricedCalls: 0 };

/** Reservations of this process: what else is found under its number is of an earlier process. */
const ownReservations = new Set<string>();

const SCHEMA = `
CREATE TABLE IF NOT EXISTS spent (
  key TEXT NOT NULL, day TEXT NOT NULL, dollars REAL NOT NULL, unpriced INTEGER NOT NULL, PRIMARY KEY (key, day)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reserved (
  id TEXT PRIMARY KEY, key TEXT NOT NULL, day TEXT NOT NULL, dollars REAL NOT NULL, pid INTEGER NOT NULL, host TEXT NOT NULL
) WITHOUT ROWID;
`;

/**
 * What keys have spent, and what is set aside for their running requests, in a SQLite file. It is on disk before a model is
 * asked, and several servers may share it: whatever is set aside by one counts for all. What a process that was killed had
 * set aside counts as spent. Methods throw what SQLite throws.
 */
export class Spending implements Disposable {
  readonly #database: DatabaseSync;
  readonly #now: () => Date;
  readonly #statements = new Map<string, StatementSync>();

  constructor(path: string, now = () => new Date()) {
    this.#now = now;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // Made before SQLite does, which would let others read it; its side files take the mode over.
    closeSync(openSync(path, 'a', 0o600));
    chmodSync(path, 0o600);
    this.#database = new (loadSqlite().DatabaseSync)(path);
    // In this mode what was written outlives the process, and waits for no disk.
    this.#database.exec(`PRAGMA busy_timeout = ${BUSY_MS}; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;`);
    this.#database.exec(SCHEMA);
  }

  /** Counts as spent what killed processes of this machine had set aside. */
  settleAbandoned(): void {
    const rows = this.#all('SELECT id, pid FROM reserved WHERE host = ?', hostname());
    for (const { id, pid } of rows) {
      const isOver = Number(pid) === process.pid ? !ownReservations.has(String(id)) : !isRunning(Number(pid));
      if (isOver) this.settle(String(id), undefined);
    }
  }

  /** Sets an amount aside for a request, if the limit allows it. @returns its id, or why not. */
  reserve(key: string, dollars: number, limit: SpendLimit): string | Shortage {
    return this.#atomically(() => {
      const shortage = this.#shortage(key, dollars, limit);
      if (shortage !== undefined) return shortage;
      const id = randomUUID();
      this.#run(
        'INSERT INTO reserved (id, key, day, dollars, pid, host) VALUES (?, ?, ?, ?, ?, ?)',
        id,
        key,
        this.#today(),
        dollars,
        process.pid,
        hostname(),
      );
      ownReservations.add(id);
      return id;
    });
  }

  /** Sets more aside for the same request. @returns why not. */
  extend(id: string, key: string, dollars: number, limit: SpendLimit): Shortage | undefined {
    return this.#atomically(() => {
      const shortage = this.#shortage(key, dollars, limit);
      if (shortage === undefined) this.#run('UPDATE reserved SET dollars = dollars + ? WHERE id = ?', dollars, id);
      return shortage;
    });
  }

  /** What was set aside is spent to this amount, on the day of the reservation; to all of it where that is not known. */
  settle(id: string, cost: RequestCost | undefined): void {
    this.#atomically(() => {
      const [row] = this.#all('DELETE FROM reserved WHERE id = ? RETURNING key, day, dollars', id);
      if (row === undefined) return;
      const { dollars = Number(row['dollars']), unpricedCalls = 0 } = cost ?? {};
      this.#add(String(row['key']), String(row['day']), { dollars, unpricedCalls });
    });
    ownReservations.delete(id);
  }

  /** Counts the cost of a request for which nothing was set aside. */
  add(key: string, cost: RequestCost): void {
    if (cost.dollars > 0 || cost.unpricedCalls > 0) this.#add(key, this.#today(), cost);
  }

  of(key: string): Spent {
    const since = (start: string) => this.#sum('spent', key, start);
    const [row] = this.#all('SELECT sum(unpriced) AS calls FROM spent WHERE key = ?', key);
    return {
      day: since(this.#start('day')),
      month: since(this.#start('month')),
      total: since(''),
      reserved: this.#sum('reserved', key, ''),
      unpricedCalls: Number(row?.['calls'] ?? 0),
    };
  }

  [Symbol.dispose](): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #shortage(key: string, dollars: number, limit: SpendLimit): Shortage | undefined {
    const start = this.#start(limit.per);
    const [spent, reserved] = [this.#sum('spent', key, start), this.#sum('reserved', key, start)];
    return spent + reserved + dollars <= limit.dollars + ROUNDING ? undefined : { spent, reserved };
  }

  #sum(table: 'spent' | 'reserved', key: string, start: string): number {
    const [row] = this.#all(`SELECT total(dollars) AS sum FROM ${table} WHERE key = ? AND day >= ?`, key, start);
    return Number(row?.['sum']);
  }

  #add(key: string, day: string, { dollars, unpricedCalls }: RequestCost): void {
    this.#run(
      `INSERT INTO spent (key, day, dollars, unpriced) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET dollars = dollars + excluded.dollars, unpriced = unpriced + excluded.unpriced`,
      key,
      day,
      dollars,
      unpricedCalls,
    );
  }

  #today(): string {
    return this.#now().toISOString().slice(0, 10);
  }

  /** The first day of the period that it is. */
  #start(per: SpendLimit['per']): string {
    if (per === 'total') return '';
    return per === 'day' ? this.#today() : `${this.#today().slice(0, 7)}-01`;
  }

  /** Nobody else writes meanwhile. */
  #atomically<RESULT>(work: () => RESULT): RESULT {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  #run(sql: string, ...values: readonly (string | number)[]): void {
    this.#prepare(sql).run(...values);
  }

  #all(sql: string, ...values: readonly (string | number)[]): readonly Readonly<Record<string, unknown>>[] {
    return this.#prepare(sql).all(...values);
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

/** Whether a process of this machine runs, also one of another user. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}
