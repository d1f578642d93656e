import type { GateLimits } from '../../../spec/call-gate.ts';

/** The window of rates, in seconds: amounts are kept by the second. */
const WINDOW_SECONDS = 60;

/** Calls of one worker that are under way. */
interface Running {
  calls: number;
  /** The worker is taken for dead if it is not heard of until then, in milliseconds. */
  until: number;
}

/** The calls of all workers to one provider. A document that they share. */
export interface GateState {
  /** Calls that may be in flight at once for now; null = as the limits say. */
  concurrency: number | null;
  /** Successes since it last changed. */
  successes: number;
  /** Counts the halvings: a call that started before the last one says nothing new. */
  halvings: number;
  pausedUntil: number;
  /** By worker. */
  running: Record<string, Running>;
  /** By the second, since 1970. */
  requests: Record<string, number>;
  tokens: Record<string, number>;
}

export function newGate(): GateState {
  return { concurrency: null, successes: 0, halvings: 0, pausedUntil: 0, running: {}, requests: {}, tokens: {} };
}

/** A place that was taken. */
export interface TakenPlace {
  readonly second: number;
  readonly halvings: number;
}

/** What became of calls that asked for a place, in their order. */
export interface Entered {
  readonly places: readonly TakenPlace[];
  /** Milliseconds until the next of them may start; Infinity where another call has to end first. */
  readonly waitMs: number;
}

interface Place {
  readonly worker: string;
  readonly until: number;
  readonly now: number;
  readonly limits: GateLimits;
}

/** Lets calls with so many tokens start, from the first on, as far as the limits allow. */
export function enterCalls(state: GateState, tokens: readonly number[], place: Place): Entered {
  const { worker, until, now, limits } = place;
  expire(state, now);
  const second = Math.floor(now / 1000);
  const places: TakenPlace[] = [];
  for (const amount of tokens) {
    const waitMs = waitFor(state, amount, { now, limits });
    if (waitMs > 0) return { places, waitMs };
    const own = (state.running[worker] ??= { calls: 0, until });
    own.calls += 1;
    own.until = until;
    if (limits.requestsPerMinute !== undefined) add(state.requests, second, 1);
    if (limits.tokensPerMinute !== undefined) add(state.tokens, second, amount);
    places.push({ second, halvings: state.halvings });
  }
  return { places, waitMs: 0 };
}

function waitFor(state: GateState, tokens: number, { now, limits }: Pick<Place, 'now' | 'limits'>): number {
  const running = Object.values(state.running).reduce((sum, { calls }) => sum + calls, 0);
  const concurrency = Math.min(state.concurrency ?? limits.concurrency, limits.concurrency);
  if (running >= concurrency) return Infinity;
  return Math.max(
    state.pausedUntil - now,
    windowWait(state.requests, 1, { perMinute: limits.requestsPerMinute, now }),
    windowWait(state.tokens, tokens, { perMinute: limits.tokensPerMinute, now }),
  );
}

/** Milliseconds until the amount fits; more than the limit waits for an empty window. */
function windowWait(
  taken: Readonly<Record<string, number>>,
  amount: number,
  { perMinute = Infinity, now }: { perMinute: number | undefined; now: number },
): number {
  if (perMinute === Infinity) return 0;
  const room = perMinute - Math.min(amount, perMinute);
  const seconds = Object.entries(taken).map(([second, sum]) => [Number(second), sum] as const);
  let sum = seconds.reduce((all, [, one]) => all + one, 0);
  for (const [second, one] of seconds.toSorted(([left], [right]) => left - right)) {
    if (sum <= room) return 0;
    sum -= one;
    if (sum <= room) return (second + WINDOW_SECONDS + 1) * 1000 - now;
  }
  return 0;
}

/** A call of a worker has ended. */
export interface LeftPlace extends TakenPlace {
  readonly worker: string;
  /** How many tokens more it took than were expected. */
  readonly moreTokens: number;
  readonly isRateLimited: boolean;
  readonly limits: GateLimits;
}

/** Frees a place. Calls in flight are halved where the provider refused one, and grow back with those that succeed. */
export function leaveCall(state: GateState, left: LeftPlace): void {
  const { worker, second, halvings, moreTokens, isRateLimited, limits } = left;
  const own = state.running[worker];
  if (own !== undefined) own.calls -= 1;
  if (own?.calls === 0) delete state.running[worker];
  if (state.tokens[second] !== undefined) add(state.tokens, second, moreTokens);
  const before = Math.min(state.concurrency ?? limits.concurrency, limits.concurrency);
  if (isRateLimited) {
    if (halvings !== state.halvings) return;
    state.halvings += 1;
    state.successes = 0;
    state.concurrency = Math.max(1, Math.floor(before / 2));
  } else if (state.concurrency !== null) {
    state.successes += 1;
    if (state.successes < before) return;
    state.successes = 0;
    state.concurrency = before + 1 >= limits.concurrency ? null : before + 1;
  }
}

function expire(state: GateState, now: number): void {
  for (const [worker, { until }] of Object.entries(state.running)) if (until < now) delete state.running[worker];
  const oldest = Math.floor(now / 1000) - WINDOW_SECONDS;
  for (const amounts of [state.requests, state.tokens]) {
    for (const second of Object.keys(amounts)) if (Number(second) < oldest) delete amounts[second];
  }
}

function add(amounts: Record<string, number>, second: number, amount: number): void {
  amounts[second] = (amounts[second] ?? 0) + amount;
}
