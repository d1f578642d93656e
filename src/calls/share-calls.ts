import { randomUUID } from 'node:crypto';
import type {
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4Middleware,
  LanguageModelV4StreamResult,
} from '@ai-sdk/provider';
import { BudgetExceededError } from '../error/index.ts';
import { raceAbort } from '../util/race-abort.ts';
import type { CallScope } from './call-scope.ts';
import { Flight } from './flight.ts';
import { SharedStream } from './shared-stream.ts';
import type { WatchGroup } from './watch-group.ts';

/** A stream that several read, with what else came with it. */
interface SharedResult {
  readonly rest: Omit<LanguageModelV4StreamResult, 'stream'>;
  readonly stream: SharedStream;
}

/** The calls to one model that are under way, by their key. */
export class Flights {
  readonly generate = new Map<string, Flight<LanguageModelV4GenerateResult>>();
  readonly stream = new Map<string, Flight<SharedResult>>();
}

/** One caller's part in a flight. */
interface Seat {
  /** The caller has the whole answer. */
  done(): void;
  /** The caller needs no more of it. */
  leave(reason?: unknown): void;
}

/**
 * Makes one call of identical ones that are under way at the same time. Who comes later gets all of the answer, and is
 * counted as served without a call; one caller's abort is not the others'; when all have left, the call is aborted.
 */
export function shareCalls({
  flights,
  keyOf,
  scope: { ledger, watch },
  watches,
}: {
  flights: Flights;
  /** Undefined for a call that must not be shared. */
  keyOf: (kind: 'generate' | 'stream', params: LanguageModelV4CallOptions) => string | undefined;
  scope: Pick<CallScope, 'ledger' | 'watch'>;
  /** What the call itself tells when it runs. */
  watches: WatchGroup;
}): LanguageModelV4Middleware {
  const fly = async <VALUE, RESULT>(
    { key, params, table }: { key: string; params: LanguageModelV4CallOptions; table: Map<string, Flight<VALUE>> },
    start: (abortSignal: AbortSignal, over: () => void) => Promise<VALUE>,
    take: (value: VALUE, seat: Seat) => RESULT,
  ): Promise<RESULT> => {
    const { abortSignal } = params;
    for (;;) {
      abortSignal?.throwIfAborted();
      const found = table.get(key);
      const running = found?.isPrivate === true ? undefined : found;
      const flight: Flight<VALUE> =
        running ??
        new Flight({
          watches,
          start,
          // After a private one, another may have taken its place.
          onOver: () => {
            if (table.get(key) === flight) table.delete(key);
          },
        });
      if (running === undefined) table.set(key, flight);
      const seat = takeSeat(flight, {
        watch,
        abortSignal,
        onDone: () => {
          if (running !== undefined) ledger?.save();
        },
      });
      try {
        const value = await raceAbort(flight.value, abortSignal);
        if (running === undefined || !flight.isPrivate) return take(value, seat);
        // The first caller's budget has shortened the answer.
        seat.leave();
      } catch (error) {
        seat.leave(error);
        abortSignal?.throwIfAborted();
        // The budget that ran out is that of the caller who came first.
        if (running !== undefined && error instanceof BudgetExceededError) continue;
        throw error;
      }
    }
  };
  return {
    specificationVersion: 'v4',
    wrapGenerate: ({ model, params }) =>
      fly(
        { key: keyOf('generate', params) ?? randomUUID(), params, table: flights.generate },
        async (abortSignal, over) => {
          try {
            return await model.doGenerate({ ...params, abortSignal });
          } finally {
            over();
          }
        },
        (result, { done, leave }) => {
          leave();
          done();
          return result;
        },
      ),
    wrapStream: ({ model, params }) =>
      fly(
        { key: keyOf('stream', params) ?? randomUUID(), params, table: flights.stream },
        async (abortSignal, over): Promise<SharedResult> => {
          const { stream, ...rest } = await model.doStream({ ...params, abortSignal });
          return { rest, stream: new SharedStream(stream, { abortSignal, onEnd: over }) };
        },
        ({ rest, stream }, { done, leave }): LanguageModelV4StreamResult => ({
          ...rest,
          stream: stream.open({ abortSignal: params.abortSignal, onDone: done, onLeave: leave }),
        }),
      ),
  };
}

function takeSeat<VALUE>(
  flight: Flight<VALUE>,
  {
    watch,
    abortSignal,
    onDone,
  }: Pick<CallScope, 'watch'> & { abortSignal: AbortSignal | undefined; onDone: () => void },
): Seat {
  const leave = flight.join(watch);
  const onAbort = () => leave(abortSignal?.reason);
  abortSignal?.addEventListener('abort', onAbort, { once: true });
  return {
    done: onDone,
    leave: (reason) => {
      abortSignal?.removeEventListener('abort', onAbort);
      leave(reason);
    },
  };
}
