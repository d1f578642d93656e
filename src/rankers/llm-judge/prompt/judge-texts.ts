import type { Verdict } from '../../../spec/pair-ranker.ts';

/** How the choice is asked for; `number` is the second way, where the first brought no verdict. */
export type JudgeQuestion = 'choice' | 'number';

/** What a judge is asked, in one language. The task and the candidates stand before it, each in its fence. */
export interface JudgeTexts {
  /** The four choices. Each begins with its number, 1 to 4 in this order, since the verdict may be read from that alone. */
  readonly choices: Readonly<Record<Verdict, string>>;
  /** What the fences mean, what to compare the candidates A and B by, and the four choices. */
  readonly pair: string;
  /** The last words of the prompt for a pair. */
  readonly question: Readonly<Record<JudgeQuestion, string>>;
  /** The same for a list of candidates: asks for all their numbers, best first, in the form of the example. */
  readonly list: (options: { readonly size: number; readonly example: string }) => string;
}
