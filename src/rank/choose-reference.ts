import { InvalidArgumentError } from '../error/index.ts';

/**
 * Which text every candidate is compared with: a candidate by its length or its place, or a text of the caller's.
 * Lengths are counted in characters (Unicode code points), `median` is the upper one of the two middles, and of equally
 * long candidates the same one is taken whatever their order.
 */
export type ReferenceChoice = 'longest' | 'shortest' | 'median' | 'first' | 'last' | { readonly text: string };

/** The text that all candidates are compared with. */
export interface Reference {
  readonly text: string;
  /** Index of the first candidate with this text; undefined where none has it. */
  readonly index: number | undefined;
}

/** From texts in the order given, and in the order of their lengths. */
const CHOICES = {
  longest: (_, byLength) => byLength.at(-1),
  shortest: (_, byLength) => byLength[0],
  median: (_, byLength) => byLength[Math.floor(byLength.length / 2)],
  first: (given) => given[0],
  last: (given) => given.at(-1),
} as const satisfies Record<string, (given: readonly string[], byLength: readonly string[]) => string | undefined>;

/**
 * Finds the reference. A length says nothing about an empty answer, so those are passed over while there is another.
 *
 * @throws InvalidArgumentError for an unknown choice, or a text that is empty.
 */
export function chooseReference(texts: readonly string[], choice: ReferenceChoice): Reference {
  const text = typeof choice === 'object' ? givenText(choice) : chosenText(texts, choice);
  const index = texts.indexOf(text);
  return { text, index: index === -1 ? undefined : index };
}

function givenText(choice: { readonly text: string }): string {
  if (typeof choice?.text === 'string' && choice.text.trim() !== '') return choice.text;
  throw new InvalidArgumentError({
    parameter: 'reference.text',
    value: choice?.text,
    message: 'expected a text that is not empty: every answer beats an empty one.',
  });
}

function chosenText(texts: readonly string[], choice: Exclude<ReferenceChoice, object>): string {
  if (!Object.hasOwn(CHOICES, choice)) {
    throw new InvalidArgumentError({
      parameter: 'reference',
      value: choice,
      message: `expected ${Object.keys(CHOICES).join(', ')} or { text }.`,
    });
  }
  const filled = texts.filter((text) => text.trim() !== '');
  const byLength = (filled.length === 0 ? texts : filled)
    .map((text) => ({ text, length: [...text].length }))
    .toSorted((left, right) => left.length - right.length || (left.text < right.text ? -1 : 1));
  const found = CHOICES[choice](
    texts,
    byLength.map(({ text }) => text),
  );
  return found ?? '';
}
