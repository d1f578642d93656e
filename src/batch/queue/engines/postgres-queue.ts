import type { Pool } from 'pg';
import { importOptional } from '../../../util/import-optional.ts';
import type { QueueConnection, QueuedRange } from '../range-queue.ts';
import type { DocumentStore, StoredDocument } from '../shared/document-store.ts';
import { BullmqRanges, bullmqOptions, loadBullmq, unreachable } from './bullmq-ranges.ts';

const INSTALL = 'npm install bullmq pg';
/** Connections of one process to the server, for each of its pools. */
const CONNECTIONS = 3;
const CONNECT_MS = 10_000;

/** One process at a time makes the table: two at once would get an error. */
const CREATE = `
BEGIN;
SELECT pg_advisory_xact_lock(1819045217);
CREATE SCHEMA IF NOT EXISTS llm_blender;
CREATE TABLE IF NOT EXISTS llm_blender.documents (
  name text PRIMARY KEY,
  version text NOT NULL,
  content text NOT NULL
);
COMMIT`;

class PostgresDocuments implements DocumentStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async read(name: string): Promise<StoredDocument> {
    const { rows } = await this.#pool.query<{ version: string | null; content: string | null; now: string }>(
      `SELECT found.version, found.content, floor(extract(epoch FROM clock_timestamp()) * 1000)::text AS now
       FROM (SELECT $1::text AS name) AS wanted LEFT JOIN llm_blender.documents AS found USING (name)`,
      [name],
    );
    const [row] = rows;
    return { version: row?.version ?? '0', text: row?.content ?? undefined, now: Number(row?.now) };
  }

  async replace(name: string, text: string | undefined, version: string): Promise<boolean> {
    const next = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
    const written =
      text === undefined
        ? await this.#pool.query('DELETE FROM llm_blender.documents WHERE name = $1 AND version = $2', [name, version])
        : version === '0'
          ? await this.#pool.query(
              'INSERT INTO llm_blender.documents VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING',
              [name, next, text],
            )
          : await this.#pool.query(
              'UPDATE llm_blender.documents SET version = $3, content = $4 WHERE name = $1 AND version = $2',
              [name, version, next, text],
            );
    return (written.rowCount ?? 0) > 0 || (text === undefined && version === '0');
  }
}

/** Connects to PostgreSQL and makes its tables. @throws MissingDependencyError, JobError where it cannot be reached. */
export async function openPostgres(url: string, name: string): Promise<QueueConnection> {
  const { default: pg } = await importOptional(() => import('pg'), {
    dependency: 'pg',
    feature: 'A queue in PostgreSQL',
    command: INSTALL,
  });
  const bullmq = await loadBullmq(INSTALL);
  // A connection that breaks while it is lent by its pool and no query is under way would end the process otherwise. The
  // next query fails, and says why.
  class LentClient extends pg.Client {
    constructor(config?: ConstructorParameters<typeof pg.Client>[0]) {
      super(config);
      this.on('error', () => {});
    }
  }
  const settings = {
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    Client: LentClient,
  };
  const pool = new pg.Pool(settings);
  // An idle connection that breaks is opened again when it is needed.
  pool.on('error', () => {});
  try {
    await pool.query(CREATE);
    const client = await pool.connect();
    try {
      await bullmq.runMigrations(client as unknown as Parameters<typeof bullmq.runMigrations>[0]);
    } finally {
      client.release();
    }
  } catch (error) {
    await pool.end();
    throw unreachable(name, error);
  }
  return {
    name,
    documents: new PostgresDocuments(pool),
    ranges: async (job, { leaseMs, onError }) => {
      const { worker: workerOptions } = bullmqOptions({ leaseMs });
      const classes = bullmq.withBackend(bullmq.createPostgresBackend);
      const connection = settings as Parameters<typeof bullmq.createPostgresBackend>[1]['connection'];
      const queue = new classes.Queue<QueuedRange, void, 'range'>(job, { connection });
      queue.on('error', onError);
      const openWorker = () => {
        const worker = new classes.Worker<QueuedRange, void, 'range'>(job, null, {
          connection,
          ...workerOptions,
          autorun: false,
        });
        worker.on('error', onError);
        return worker;
      };
      return new BullmqRanges(queue as never, { openWorker: openWorker as never, leaseMs });
    },
    close: () => pool.end(),
  };
}
