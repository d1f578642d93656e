import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GivenReply } from '../../spec/batch-access.ts';
import { parseJson } from '../../util/parse-json.ts';
import { AppendLog, wholeLines } from '../journal/append-log.ts';
import { batchFolder, repliesPath, REPLIES_END } from './batch-files.ts';
import { callOf, idInLine } from './request-id.ts';

/** What is kept of a request that is over. */
export interface KeptReply {
  readonly key: string;
  /** The first batch that it was in. */
  readonly root: number;
  readonly reply?: GivenReply;
  /** Why no batch has answered it. */
  readonly failure?: { readonly status: number; readonly message: string };
}

/** The answers of batches to the calls of one segment. They are read when they are asked for. */
export class SegmentReplies {
  readonly #bytes: Buffer;
  /** Where the line of a request is. */
  readonly #places = new Map<string, readonly [start: number, end: number]>();
  readonly #calls = new Set<string>();

  private constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  static async read(job: string, segment: number): Promise<SegmentReplies> {
    const bytes = await readFile(repliesPath(job, segment)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return Buffer.alloc(0);
      throw error;
    });
    const replies = new SegmentReplies(bytes);
    let start = 0;
    for (const line of wholeLines(bytes, isReplyLine).lines) {
      const end = start + Buffer.byteLength(line);
      replies.#add(idInLine(line), [start, end]);
      start = end + 1;
    }
    return replies;
  }

  #add(id: string, place: readonly [number, number]): void {
    // The answer wins over a failure before it; of two answers the first.
    if (this.#places.has(id)) {
      const known = this.get(id);
      if (known?.failure === undefined) return;
    }
    this.#places.set(id, place);
    this.#calls.add(callOf(id));
  }

  /** Whether a call has been answered, whatever exactly was asked. */
  hasCall(call: string): boolean {
    return this.#calls.has(call);
  }

  get(id: string): KeptReply | undefined {
    const place = this.#places.get(id);
    return place === undefined ? undefined : (JSON.parse(this.#bytes.toString('utf8', ...place)) as KeptReply);
  }
}

/** Lines that may wait to be written. */
const LINES_AT_ONCE = 256;

/** Adds to the answers of segments. */
export class ReplyWriter {
  readonly #job: string;
  readonly #logs = new Map<number, AppendLog>();
  #added = 0;

  constructor(job: string) {
    this.#job = job;
  }

  async add(segment: number, { key, root, ...kept }: KeptReply): Promise<void> {
    let log = this.#logs.get(segment);
    if (log === undefined) {
      ({ log } = await AppendLog.open(repliesPath(this.#job, segment), { isLine: isReplyLine }));
      this.#logs.set(segment, log);
    }
    const { written } = log.append(JSON.stringify({ key, root, ...kept }));
    this.#added += 1;
    // Lines that are written together share one write.
    if (this.#added % LINES_AT_ONCE === 0) await written;
  }

  /** Waits until all of it outlives the machine's power. */
  async close(): Promise<void> {
    const closed = await Promise.allSettled([...this.#logs.values()].map((log) => log.close()));
    this.#logs.clear();
    for (const one of closed) if (one.status === 'rejected') throw one.reason;
  }
}

/** Forgets requests that no batch has answered, or with an error, so that they are submitted again. */
export async function dropFailures(job: string): Promise<void> {
  for (const name of await readdir(batchFolder(job))) {
    if (!name.endsWith(REPLIES_END)) continue;
    const path = join(batchFolder(job), name);
    const { lines } = wholeLines(await readFile(path), isReplyLine);
    const kept = lines.filter((line) => !FAILURE.test(line));
    if (kept.length === lines.length) continue;
    await writeFile(`${path}.tmp`, kept.map((line) => `${line}\n`).join(''), { flush: true });
    await rename(`${path}.tmp`, path);
  }
}

const FAILURE = /^\{"key":"[\w-]+","root":\d+,(?:"failure":|"reply":\{"status":[45])/;

function isReplyLine(line: string): boolean {
  return line.startsWith('{"key":"') && parseJson(line) !== undefined;
}
