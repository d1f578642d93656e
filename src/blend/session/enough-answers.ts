import { isDeepStrictEqual } from 'node:util';
import { isAnsweredInBatches } from '../../calls/index.ts';
import { StoppedError } from '../../error/index.ts';
import type { Candidate } from '../../spec/candidate.ts';
import { raceAbort } from '../../util/race-abort.ts';
import type { BlendSettings } from '../named-blend.ts';
import type { TurnCalls } from './turn-calls.ts';

/** Why a blend did not wait for all answers, where it did not. */
export interface EnoughAnswers {
  /** Most answers say the same: these. Undefined where that was not asked for, or is not so. */
  readonly agreed: readonly Candidate[] | undefined;
}

/**
 * Waits until there are enough answers: all of them, those of the `quorum` and what comes within `patienceMs`, or most of
 * them with the same text for `fast`. Calls that are not waited for are stopped, and have ended when this resolves.
 *
 * @throws the reason of `abortSignal`. When `deadline` aborts, the calls end with its reason instead.
 */
export async function enoughAnswers(
  calls: TurnCalls,
  {
    settings,
    goesOn,
    deadline,
    abortSignal,
  }: {
    settings: Pick<BlendSettings, 'quorum' | 'patienceMs' | 'fast'>;
    /** True where the caller does not want to wait any more: what is under way goes on beside. */
    goesOn: () => boolean;
    /** Ends all calls when it aborts. */
    deadline: AbortSignal | undefined;
    abortSignal: AbortSignal | undefined;
  },
): Promise<EnoughAnswers> {
  // Which answers of a batch come first says nothing.
  const { quorum = Infinity, patienceMs = 0, fast = false } = isAnsweredInBatches() ? {} : settings;
  let patience: NodeJS.Timeout | undefined;
  const onDeadline = () => calls.stop(deadline?.reason);
  if (deadline?.aborted === true) onDeadline();
  else deadline?.addEventListener('abort', onDeadline, { once: true });
  const leave = (enough: string) =>
    calls.stop(
      new StoppedError({
        kind: 'late',
        message: `It came too late: ${enough}. Raise patienceMs (--patience) to wait longer.`,
      }),
    );
  try {
    for (;;) {
      abortSignal?.throwIfAborted();
      const all = calls.current;
      const running = all.filter(({ outcome }) => outcome === undefined);
      const agreed = fast ? agreement(calls.candidates, calls.candidates.length + running.length) : undefined;
      if (running.length === 0 || goesOn()) return { agreed };
      const there = calls.candidates.length;
      if (agreed !== undefined) {
        calls.stop(
          new StoppedError({ kind: 'late', message: `It was not waited for: ${agreed.length} answers agreed.` }),
        );
      } else if (there >= quorum && patience === undefined) {
        const enough = `${there} of ${all.length} answers were there`;
        // Also without patience only after what has come by now.
        patience = setTimeout(() => leave(enough), patienceMs);
      }
      await raceAbort(calls.change, abortSignal);
    }
  } finally {
    clearTimeout(patience);
    deadline?.removeEventListener('abort', onDeadline);
  }
}

/**
 * The answers that say the same, if they are more than half of all that can still come; at least two.
 *
 * @param count answers that are there and may come.
 */
export function agreement(candidates: readonly Candidate[], count: number): readonly Candidate[] | undefined {
  const groups: Candidate[][] = [];
  for (const candidate of candidates) {
    const group = groups.find(([first]) => first !== undefined && saySame(first, candidate));
    if (group === undefined) groups.push([candidate]);
    else group.push(candidate);
  }
  return groups.find((group) => group.length > 1 && group.length * 2 > count);
}

function saySame(one: Candidate, other: Candidate): boolean {
  if (one.object !== undefined && other.object !== undefined) return isDeepStrictEqual(one.object, other.object);
  const text = plain(one.text);
  return text !== '' && text === plain(other.text);
}

/**
 * A text without what makes no difference to what it says: case, white space, quotes and emphasis around it, and the
 * mark at the end of a sentence. Other signs count: `-5` is not `5`.
 */
function plain(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/\s+/g, ' ')
    .replace(/^["'“‘«*_`\s]+/, '')
    .replace(/[.。…,;:"'”’»*_`\s]+$/, '')
    .replace(/(?<=\p{L})[!?]+$/u, '');
}
