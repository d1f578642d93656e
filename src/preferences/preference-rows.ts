import { checkNumber } from '../util/check-number.ts';
import { checkChoice } from '../util/choices.ts';
import type { Exclusion } from './exclusion.ts';
import { PREFERENCE_FORMATS, type PreferenceRow, type RowSettings, toRows } from './preference-formats.ts';
import { PreferenceCounter, type PreferenceSummary } from './preference-summary.ts';
import type { RankedAnswers } from './ranked-answers.ts';
import { checkPairFilters, type PairFilters, selectPair } from './select-pair.ts';
import { type PreferenceSplit, splitOf } from './split-of.ts';

/** What became of a question before it could be ranked. */
export interface UnrankedQuestion {
  readonly id: string | number | undefined;
  readonly exclusion: Extract<Exclusion, 'failed' | 'several-turns'>;
}

/** Options of {@link preferenceRows}. */
export interface PreferenceRowsOptions extends RowSettings, PairFilters {
  /** Results of `rankAnswers`. */
  readonly answers: AsyncIterable<RankedAnswers | UnrankedQuestion> | Iterable<RankedAnswers | UnrankedQuestion>;
  /** Share of the questions whose pairs are for testing, at least 0 and below 1. @default 0 */
  readonly testShare?: number | undefined;
}

/** What comes of ranked answers, in their order. */
export type PreferencePart =
  /** A row. In `kto`, the rejected answer of a question comes after the chosen one of the next. */
  | { readonly type: 'row'; readonly split: PreferenceSplit; readonly row: PreferenceRow }
  /** A question that makes no pair. */
  | { readonly type: 'excluded'; readonly id: string | number | undefined; readonly reason: Exclusion }
  | { readonly type: 'preferences-end'; readonly summary: PreferenceSummary };

/**
 * Makes preference data of ranked answers: of each question the best and the worst, in a format that TRL reads, without
 * pairs that teach nothing. Each row has `chosen_probability`, the probability of this pair in both orders.
 *
 * @throws InvalidArgumentError, and what `answers` throws.
 * @example
 * const candidates = [{ text: '7 is a prime.' }, { text: 'Prime rib.' }];
 * const { answers } = await rankAnswers({ id: 'prime', prompt: 'Name a prime.', candidates });
 * for await (const part of preferenceRows({ answers: [answers], format: 'conversational', minProbability: 0.6 })) {
 *   if (part.type === 'row') console.log(JSON.stringify(part.row));
 * }
 */
export async function* preferenceRows(options: PreferenceRowsOptions): AsyncGenerator<PreferencePart, void> {
  const { answers, format, testShare = 0 } = options;
  checkChoice('format', format, { choices: PREFERENCE_FORMATS });
  checkPairFilters(options);
  checkNumber('testShare', testShare, { min: 0, max: 0.99 });
  const counter = new PreferenceCounter();
  /** Rows that wait for those of the next question in their part. */
  const waiting = new Map<PreferenceSplit, readonly PreferenceRow[]>();
  for await (const one of answers) {
    const isRanked = !('exclusion' in one);
    counter.question(isRanked ? one : undefined);
    const pair = isRanked ? selectPair(one, options) : one.exclusion;
    const rows = typeof pair === 'string' ? undefined : toRows(pair, options);
    if (typeof pair === 'string' || rows === undefined) {
      const reason = typeof pair === 'string' ? pair : 'needs-messages';
      counter.excluded(reason);
      yield { type: 'excluded', id: one.id, reason };
      continue;
    }
    const split = splitOf(pair.messages, testShare);
    counter.pair(pair, split);
    const [first, ...rest] = rows;
    // Trainers of KTO compare an answer with that of the row beside it, which must belong to another question.
    for (const row of [first, ...(waiting.get(split) ?? [])]) if (row !== undefined) yield { type: 'row', split, row };
    waiting.set(split, rest);
  }
  for (const [split, rows] of waiting) for (const row of rows) yield { type: 'row', split, row };
  yield { type: 'preferences-end', summary: counter.summary };
}
