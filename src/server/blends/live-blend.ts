import { randomBytes } from 'node:crypto';
import {
  type BlendSession,
  type BlendState,
  INITIAL_BLEND_STATE,
  type NamedBlend,
  recordBlend,
  reduceBlend,
  replayBlend,
  type SessionAction,
  type Usage,
} from '../../index.ts';
import { ApiError, RETRY_AFTER_SECONDS } from '../api-error.ts';
import type { AdmittedRequest } from '../request-gate.ts';
import { nameOf } from './blend-choices.ts';
import type { Clock } from './clock.ts';
import { LineLog } from './line-log.ts';
import { type PackedLines, packLines } from './packed-lines.ts';

/** Why a session was closed. */
export type ClosedBy = 'client' | 'idle' | 'room' | 'size' | 'shutdown';

/** How long sessions last, and how much of them is kept. */
export interface SessionTimes {
  /** Milliseconds for which what runs goes on without a client. @default 30 000 */
  readonly graceMs: number;
  /** Milliseconds after which a session without clients, in which nothing runs, is closed. @default 900 000 */
  readonly idleMs: number;
  /** Milliseconds for which a closed session can be replayed. @default 3 600 000 */
  readonly keepMs: number;
}

/** What a session is, in lists. */
export interface BlendSummary {
  /** Null before it was asked. */
  readonly question: string | null;
  readonly models: readonly string[];
  readonly turns: number;
  readonly seq: number;
  readonly usage: Usage;
}

/** Readers of the parts of one session. */
const MAX_READERS = 16;

/** The same with those who wait for something else. */
const MAX_CLIENTS = 32;

/** Characters of the question in lists. */
const SHOWN_QUESTION = 200;

/** What tells a start that is repeated: its header `Idempotency-Key`, and the digest of its body. */
export interface StartedBy {
  readonly key: string;
  readonly digest: string;
}

/** A session that is open, or is being closed. */
interface Live {
  readonly session: BlendSession;
  readonly log: LineLog;
}

/** What is left of one that is closed. */
interface Kept {
  readonly summary: BlendSummary;
  readonly settings: NamedBlend;
  readonly lines: PackedLines;
}

/** An action that was taken. */
export interface ActionUnderWay {
  /** Resolves when it has begun: what is wrong with it has shown then. */
  readonly begun: Promise<void>;
  /** What it came to. */
  readonly over: ReturnType<BlendSession['act']>;
}

/**
 * A session that clients watch and steer. Without a client, what runs is stopped after a while, and later the session is
 * closed; what is left then are its parts.
 */
export class LiveBlend {
  readonly id = `blend_${randomBytes(16).toString('base64url')}`;
  /** Id of the key of its client; empty where the server has no keys. */
  readonly owner: string;
  readonly createdAt: number;
  /** The header `Idempotency-Key` that it was started with, and the digest of that request. */
  readonly startedBy: StartedBy | undefined;
  #content: Live | Kept;
  readonly #recorded: Promise<void>;
  readonly #clock: Clock;
  readonly #times: SessionTimes;
  readonly #onClosed: () => void;
  readonly #keepOpen: boolean;
  readonly #maxBytes: number;
  #clients = 0;
  #readers = 0;
  /** Actions and what they have begun, as far as it has not ended. */
  #running = 0;
  #cancelTimer: (() => void) | undefined;
  #usedAt: number;
  #closing: Promise<void> | undefined;
  #closedAt: number | undefined;
  #closedBy: ClosedBy | undefined;

  constructor(
    session: BlendSession,
    {
      owner,
      clock,
      times,
      onClosed,
      keepOpen,
      maxBytes,
      startedBy,
    }: {
      owner: string;
      clock: Clock;
      times: SessionTimes;
      /** Called when it is closed, and only its parts are left. */
      onClosed: () => void;
      /** Whether it goes on when what runs has ended. */
      keepOpen: boolean;
      /** Of its parts; with more it is closed. */
      maxBytes: number;
      startedBy: StartedBy | undefined;
    },
  ) {
    this.owner = owner;
    this.startedBy = startedBy;
    this.#content = { session, log: new LineLog() };
    this.#clock = clock;
    this.#times = times;
    this.#onClosed = onClosed;
    this.#keepOpen = keepOpen;
    this.#maxBytes = maxBytes;
    this.createdAt = clock.now();
    this.#usedAt = this.createdAt;
    this.#recorded = this.#record(this.#content);
    this.#watch();
  }

  get status(): 'running' | 'idle' | 'closed' {
    if (this.#closing !== undefined) return 'closed';
    return this.#running > 0 ? 'running' : 'idle';
  }

  /** Milliseconds since 1970; undefined while it is open. */
  get closedAt(): number | undefined {
    return this.#closedAt;
  }

  get closedBy(): ClosedBy | undefined {
    return this.#closedBy;
  }

  get hasClients(): boolean {
    return this.#clients > 0;
  }

  /** When a client last asked for it, in milliseconds since 1970. */
  get usedAt(): number {
    return this.#usedAt;
  }

  /** Bytes that it takes once it is closed. */
  get keptBytes(): number {
    return 'summary' in this.#content ? this.#content.lines.bytes : 0;
  }

  get summary(): BlendSummary {
    return 'summary' in this.#content ? this.#content.summary : summaryOf(this.#content.session);
  }

  /** Its members and settings as they are, or were at its end. */
  get settings(): NamedBlend {
    return 'summary' in this.#content ? this.#content.settings : this.#content.session.settings;
  }

  /** What its parts come to. */
  async readState(): Promise<BlendState> {
    if ('session' in this.#content) return this.#content.session.state;
    let state = INITIAL_BLEND_STATE;
    for await (const part of replayBlend(this.#content.lines.read(0))) state = reduceBlend(state, part);
    return state;
  }

  /** A client has asked for it: it has the whole time before it again. */
  touch(): void {
    this.#usedAt = this.#clock.now();
    this.#watch();
  }

  /** A client waits for something. @returns what is called when it has left. @throws ApiError 429 */
  attach(): () => void {
    if (this.#clients >= MAX_CLIENTS) throw tooMany(`${this.#clients} clients`, 'too_many_clients');
    this.#clients += 1;
    this.#watch();
    let isThere = true;
    return () => {
      if (!isThere) return;
      isThere = false;
      this.#clients -= 1;
      this.touch();
    };
  }

  /** A client reads the parts. @throws ApiError 429 */
  attachReader(): () => void {
    if (this.#readers >= MAX_READERS) throw tooMany(`${this.#readers} readers`, 'too_many_readers');
    const leave = this.attach();
    this.#readers += 1;
    let isThere = true;
    return () => {
      if (!isThere) return;
      isThere = false;
      this.#readers -= 1;
      leave();
    };
  }

  /** What an action would take. */
  estimate(action: SessionAction) {
    return this.#openSession().estimate(action);
  }

  /**
   * Takes an action. It holds the place of its request until what it has begun has ended.
   *
   * @param request undefined for an action that asks no model.
   * @throws ApiError where the session is closed.
   */
  act(action: SessionAction, request: AdmittedRequest | undefined): ActionUnderWay {
    const session = this.#openSession();
    const begun = Promise.withResolvers<void>();
    const work = () => {
      const result = session.act(action);
      begun.resolve();
      return result;
    };
    this.#running += 1;
    this.#watch();
    const over =
      request === undefined ? work() : request.run({ estimate: async () => [await session.estimate(action)] }, work);
    void this.#endOf(over, { session, request });
    return { begun: begun.promise, over };
  }

  /** Its parts as lines of JSON. */
  get lines(): LineLog | PackedLines {
    return 'summary' in this.#content ? this.#content.lines : this.#content.log;
  }

  /** Stops what runs, and ends the parts. */
  close(by: ClosedBy): Promise<void> {
    this.#closing ??= this.#close(by);
    return this.#closing;
  }

  async #close(by: ClosedBy): Promise<void> {
    this.#closedBy = by;
    this.#cancelTimer?.();
    if ('summary' in this.#content) return;
    const { session, log } = this.#content;
    await session.close();
    await this.#recorded;
    this.#content = { summary: summaryOf(session), settings: session.settings, lines: await packLines(log.slice(0)) };
    this.#closedAt = this.#clock.now();
    this.#onClosed();
  }

  /** Waits for an action, and for what it has begun. */
  async #endOf(
    result: Promise<unknown>,
    { session, request }: { session: BlendSession; request: AdmittedRequest | undefined },
  ): Promise<void> {
    await result.catch(() => {});
    await session.ended();
    request?.leave();
    this.#running -= 1;
    if (this.#running > 0) return;
    if (this.#keepOpen) this.#watch();
    else await this.close('client');
  }

  async #record({ session, log }: Live): Promise<void> {
    for await (const line of recordBlend(session.parts(), { stripKeys: false })) {
      log.append(line);
      if (log.bytes > this.#maxBytes) void this.close('size');
    }
    log.end();
  }

  /** Without a client, what runs is stopped after a while, and a session in which nothing runs is closed. */
  #watch(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#clients > 0 || this.#closing !== undefined || 'summary' in this.#content) return;
    const { session } = this.#content;
    this.#cancelTimer =
      this.#running > 0
        ? this.#clock.after(this.#times.graceMs, () => void session.stop())
        : this.#clock.after(this.#times.idleMs, () => void this.close('idle'));
  }

  /** @throws ApiError 409 */
  #openSession(): BlendSession {
    if (this.#closing === undefined && 'session' in this.#content) return this.#content.session;
    throw new ApiError({
      status: 409,
      message: 'The session is closed. It can be replayed; to go on, start another.',
      code: 'blend_closed',
    });
  }
}

function tooMany(what: string, code: string): ApiError {
  return new ApiError({
    status: 429,
    message: `The session has ${what}, and takes no more.`,
    type: 'rate_limit_error',
    code,
    headers: { 'retry-after': String(RETRY_AFTER_SECONDS) },
  });
}

function summaryOf({ state: { turns, seq, usage }, settings }: BlendSession): BlendSummary {
  const question = turns[0]?.question;
  return {
    question: question === undefined ? null : question.slice(0, SHOWN_QUESTION).toWellFormed(),
    models: [...new Set(settings.models.map(nameOf))],
    turns: turns.length,
    seq,
    usage,
  };
}
