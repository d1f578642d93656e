import type { BlendSession } from '../../index.ts';
import { checkNumber, COUNT } from '../../util/check-number.ts';
import { definedOnly } from '../../util/defined-only.ts';
import { ApiError, RETRY_AFTER_SECONDS } from '../api-error.ts';
import type { ServerLimits } from '../server-limits.ts';
import { type Clock, SYSTEM_CLOCK } from './clock.ts';
import { LiveBlend, type SessionTimes, type StartedBy } from './live-blend.ts';

/** How long sessions last; what is not set has its default. */
export type SessionTimeOptions = { readonly [NAME in keyof SessionTimes]?: number | undefined };

const DEFAULT_TIMES: SessionTimes = { graceMs: 30_000, idleMs: 900_000, keepMs: 3_600_000 };

/** Closed sessions of one key that can be replayed. */
const KEPT_SESSIONS = 200;

/** Bytes of the closed sessions of all keys. */
const KEPT_BYTES = 256e6;

/** The sessions of all clients, open and closed ones. */
export class BlendSessions {
  readonly times: SessionTimes;
  readonly #all = new Map<string, LiveBlend>();
  readonly #clock: Clock;
  readonly #limits: Pick<ServerLimits, 'sessions' | 'sessionBytes'>;

  /** @throws InvalidArgumentError for a time that is none. */
  constructor({
    limits,
    times = {},
    clock = SYSTEM_CLOCK,
  }: {
    limits: Pick<ServerLimits, 'sessions' | 'sessionBytes'>;
    times?: SessionTimeOptions | undefined;
    clock?: Clock | undefined;
  }) {
    for (const [name, value] of Object.entries(times))
      checkNumber(`sessions.${name}`, value, { ...COUNT, unit: 'milliseconds' });
    this.times = { ...DEFAULT_TIMES, ...definedOnly(times) };
    this.#clock = clock;
    this.#limits = limits;
  }

  /**
   * Adds a session of an owner, or finds the one that a start with the same `Idempotency-Key` has made.
   *
   * @throws ApiError 429 where all that the owner may have are running, 422 where that start was another.
   */
  add(
    owner: string,
    session: BlendSession,
    { keepOpen, startedBy }: { keepOpen: boolean; startedBy: StartedBy | undefined },
  ): { readonly blend: LiveBlend; readonly isJoined: boolean } {
    try {
      const joined = startedBy && this.#findStarted(owner, startedBy);
      if (joined !== undefined) {
        void session.close();
        return { blend: joined, isJoined: true };
      }
      this.#makeRoom(owner);
    } catch (error) {
      void session.close();
      throw error;
    }
    const blend = new LiveBlend(session, {
      owner,
      keepOpen,
      startedBy,
      maxBytes: this.#limits.sessionBytes,
      clock: this.#clock,
      times: this.times,
      onClosed: () => {
        this.#clock.after(this.times.keepMs, () => this.#all.delete(blend.id));
        this.#forgetOldest(owner);
      },
    });
    this.#all.set(blend.id, blend);
    return { blend, isJoined: false };
  }

  /** @throws ApiError 404 for one that there is not, or that is another's. */
  find(owner: string, id: string): LiveBlend {
    const found = this.#all.get(id);
    if (found?.owner === owner) {
      found.touch();
      return found;
    }
    throw new ApiError({
      status: 404,
      message: `There is no session ${JSON.stringify(id.slice(0, 100))}. Sessions are forgotten an hour after their end, and when the server ends.`,
      code: 'blend_not_found',
    });
  }

  /** Newest first. */
  list(owner: string): readonly LiveBlend[] {
    return this.#of(owner).toReversed();
  }

  /** Stops what runs in a session, and forgets it. */
  async remove(blend: LiveBlend): Promise<void> {
    this.#all.delete(blend.id);
    await blend.close('client');
  }

  /** Stops and closes all of them. */
  async closeAll(): Promise<void> {
    await Promise.all([...this.#all.values()].map((blend) => blend.close('shutdown')));
  }

  #of(owner: string): readonly LiveBlend[] {
    return [...this.#all.values()].filter((blend) => blend.owner === owner);
  }

  /** @throws ApiError 422 where the key was given with another request. */
  #findStarted(owner: string, { key, digest }: StartedBy): LiveBlend | undefined {
    const found = this.#of(owner).find(({ startedBy }) => startedBy?.key === key);
    if (found === undefined || found.startedBy?.digest === digest) return found;
    const message = 'This Idempotency-Key was given with another request. Each request needs a key of its own.';
    throw new ApiError({ status: 422, message, code: 'idempotency_key_reused' });
  }

  /** Closes the session that has been idle longest where an owner has all that may be open. */
  #makeRoom(owner: string): void {
    const open = this.#of(owner).filter(({ status }) => status !== 'closed');
    if (open.length < this.#limits.sessions) return;
    const [longest] = open
      .filter(({ status }) => status === 'idle')
      .toSorted((one, other) => Number(one.hasClients) - Number(other.hasClients) || one.usedAt - other.usedAt);
    if (longest !== undefined) {
      void longest.close('room');
      return;
    }
    throw new ApiError({
      status: 429,
      message: `${open.length} sessions are running, and no more may be open. Stop or close one, or wait until it has ended.`,
      type: 'rate_limit_error',
      code: 'too_many_sessions',
      headers: { 'retry-after': String(RETRY_AFTER_SECONDS) },
    });
  }

  /** Those that ended first go where too many are kept. */
  #forgetOldest(owner: string): void {
    const closed = [...this.#all.values()]
      .filter(({ closedAt }) => closedAt !== undefined)
      .toSorted((one, other) => (one.closedAt ?? 0) - (other.closedAt ?? 0));
    const own = closed.filter((blend) => blend.owner === owner);
    for (const { id } of own.slice(0, Math.max(0, own.length - KEPT_SESSIONS))) this.#all.delete(id);
    let bytes = closed.reduce((sum, { id, keptBytes }) => sum + (this.#all.has(id) ? keptBytes : 0), 0);
    for (const { id, keptBytes } of closed) {
      if (bytes <= KEPT_BYTES) return;
      if (this.#all.delete(id)) bytes -= keptBytes;
    }
  }
}
