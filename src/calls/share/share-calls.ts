import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { BudgetExceededError } from '../../error/index.ts';
import { raceAbort } from '../../util/race-abort.ts';
import type { Call, CallPolicy, CallWatch } from '../call.ts';
import { currentCallJournal } from '../journal/call-journal.ts';
import { currentCallAccount } from '../meter/call-account.ts';
import { type CallReply, StreamReply, tapReply, type WholeReply } from '../call-reply.ts';

/**
 * Makes one call of identical ones that are under way at the same time (single flight). Those who come later get all of
 * the answer and are counted as served without a call. One caller's abort does not end the others' call; when all have
 * left, it is aborted.
 */
export const shareCalls: CallPolicy = async (call, next) => {
  const { scope, target, options } = call;
  const key = flightKey(call);
  if (key === undefined) {
    call.progress.watch(scope.watch);
    return next(call);
  }
  for (;;) {
    options.abortSignal?.throwIfAborted();
    const found = target.flights.get(key);
    const joined = found?.isPrivate === true ? undefined : found;
    const flight = joined ?? startFlight(call, key, next);
    const leave = flight.join(scope.watch, options.abortSignal);
    try {
      const reply = await raceAbort(flight.reply, options.abortSignal);
      if (joined === undefined || !flight.isPrivate) {
        const own = reply.openFor(options.abortSignal, leave);
        if (joined !== undefined) {
          const account = currentCallAccount();
          tapReply(own, {
            onEnd: ({ type }) => {
              if (type !== 'done') return;
              scope.ledger?.save();
              account?.onSavedCall?.(target.name);
            },
          });
        }
        return own;
      }
      // The first caller's budget has shortened the answer.
      leave();
    } catch (error) {
      leave(error);
      options.abortSignal?.throwIfAborted();
      // The budget that was exceeded is that of the caller who came first.
      if (joined !== undefined && error instanceof BudgetExceededError) continue;
      throw error;
    }
  }
};

/** Work that is left and done again must wait for its own calls alone. */
function flightKey({ key }: Call): string | undefined {
  const work = currentCallJournal()?.batch?.work;
  return key === undefined || work === undefined ? key : `${work} ${key}`;
}

function startFlight(call: Call, key: string, next: Parameters<CallPolicy>[1]): Flight {
  const { flights } = call.target;
  const flight = new Flight(call, next, () => {
    // After a private one, another may have taken its place.
    if (flights.get(key) === flight) flights.delete(key);
  });
  flights.set(key, flight);
  return flight;
}

/** A call that several callers wait for. It is aborted when the last of them leaves before its end. */
export class Flight {
  readonly reply: Promise<SharedReply>;
  readonly #progress: Call['progress'];
  readonly #controller = new AbortController();
  readonly #onOver: () => void;
  #members = 0;
  #isOver = false;

  constructor(call: Call, next: Parameters<CallPolicy>[1], onOver: () => void) {
    const abortSignal = this.#controller.signal;
    this.#onOver = onOver;
    this.#progress = call.progress;
    this.reply = next({ ...call, options: { ...call.options, abortSignal } }).then(
      (reply) => new SharedReply(reply, () => this.#over()),
    );
    this.reply.catch(() => this.#over());
  }

  /** True for an answer that was made for one caller alone. */
  get isPrivate(): boolean {
    return this.#progress.isShortened;
  }

  /** Waits with the others until the returned function is called, or the caller's signal aborts. */
  join(watch: CallWatch | undefined, abortSignal: AbortSignal | undefined): (reason?: unknown) => void {
    this.#members += 1;
    const unwatch = this.#progress.watch(watch);
    let isMember = true;
    const leave = (reason?: unknown) => {
      if (!isMember) return;
      isMember = false;
      abortSignal?.removeEventListener('abort', onAbort);
      unwatch();
      this.#members -= 1;
      if (this.#members > 0 || this.#isOver) return;
      this.#over();
      this.#controller.abort(reason);
    };
    const onAbort = () => leave(abortSignal?.reason);
    abortSignal?.addEventListener('abort', onAbort, { once: true });
    return leave;
  }

  #over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#onOver();
  }
}

/** An answer for any number of readers: each gets all parts from the first. The fastest reader sets the pace. */
class SharedReply {
  readonly #reply: CallReply;
  readonly #parts: LanguageModelV4StreamPart[] = [];
  readonly #onOver: () => void;
  #end: { readonly error?: unknown } | undefined;
  #reading: Promise<void> | undefined;

  constructor(reply: CallReply, onOver: () => void) {
    this.#reply = reply;
    this.#onOver = onOver;
    if (reply.kind === 'generate') onOver();
  }

  /** The answer for one reader, who calls `leave` once it needs no more. */
  openFor(abortSignal: AbortSignal | undefined, leave: (reason?: unknown) => void): WholeReply | StreamReply {
    if (this.#reply.kind === 'generate') {
      leave();
      return this.#reply;
    }
    let index = 0;
    const read = async () => {
      const parts = await this.#partsFrom(index);
      index += parts?.length ?? 0;
      return parts;
    };
    const reply = new StreamReply(
      { read, cancel: async (reason) => leave(reason) },
      { info: this.#reply.info, abortSignal },
    );
    reply.tap({ onEnd: (end) => leave(end.type === 'failed' ? end.error : undefined) });
    return reply;
  }

  async #partsFrom(index: number): Promise<readonly LanguageModelV4StreamPart[] | undefined> {
    while (index >= this.#parts.length && this.#end === undefined) {
      this.#reading ??= this.#readNext();
      await this.#reading;
    }
    if (index < this.#parts.length) return this.#parts.slice(index);
    if (this.#end !== undefined && 'error' in this.#end) throw this.#end.error;
    return undefined;
  }

  async #readNext(): Promise<void> {
    const reply = this.#reply as StreamReply;
    try {
      const parts = await reply.read();
      this.#parts.push(...(parts ?? []));
      const isLast = parts?.at(-1)?.type === 'finish';
      if (parts === undefined || isLast) this.#end = {};
      // The end of the stream frees its connection; it holds nothing more for a reader.
      if (isLast) reply.read().catch(() => {});
    } catch (error) {
      this.#end = { error };
    }
    this.#reading = undefined;
    if (this.#end !== undefined) this.#onOver();
  }
}
