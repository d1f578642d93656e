/** What a person chose among answers without knowing who wrote them. */
export interface Vote {
  readonly question: string;
  /** Text of each answer. */
  readonly answers: readonly { readonly id: string; readonly model: string; readonly text: string }[];
  /** Id of the best, `tie` if all are the same, `bad` if all are bad. */
  readonly choice: string;
}

/** A pair as `llm-blender train` takes it: label 1 = a is better, 0 = b is better, 0.5 = a tie. */
export interface TrainingPair {
  readonly instruction: string;
  readonly a: string;
  readonly b: string;
  readonly label: 0 | 0.5 | 1;
}

/** The pairs that a vote says something of. Of answers that are all bad it says nothing. */
export function votePairs({ question, answers, choice }: Vote): readonly TrainingPair[] {
  if (choice === 'bad') return [];
  const pairs: TrainingPair[] = [];
  const best = answers.find(({ id }) => id === choice);
  for (const [index, one] of answers.entries()) {
    if (best === undefined) {
      for (const other of answers.slice(index + 1)) {
        if (other.text !== one.text) pairs.push({ instruction: question, a: one.text, b: other.text, label: 0.5 });
      }
    } else if (one.text !== best.text) {
      // The better one is now first and now second: a ranker must not learn the place.
      const isFirst = index % 2 === 0;
      const [a, b] = isFirst ? [best.text, one.text] : [one.text, best.text];
      pairs.push({ instruction: question, a, b, label: isFirst ? 1 : 0 });
    }
  }
  return pairs;
}

const NAME = 'llm-blender-votes';

/** The votes of this browser. */
export const votes = {
  all: (): readonly Vote[] => {
    try {
      return JSON.parse(localStorage.getItem(NAME) ?? '[]') as Vote[];
    } catch {
      return [];
    }
  },
  add: (vote: Vote): void => localStorage.setItem(NAME, JSON.stringify([...votes.all(), vote])),
  /** As lines for `train`. */
  export: (): string =>
    votes
      .all()
      .flatMap(votePairs)
      .map((pair) => `${JSON.stringify(pair)}\n`)
      .join(''),
};
