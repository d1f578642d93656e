import type { Verdict } from '../../../../spec/pair-ranker.ts';

/** What judges write, by what it means. */
export type VerdictReplies = Readonly<Partial<Record<Verdict, readonly string[]>>>;
