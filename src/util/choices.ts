import { InvalidArgumentError } from '../error/index.ts';
import { mapValues } from './map-values.ts';

/** The values an option takes by name, each with one line about it: for checks, types, the schema and `--help`. */
export type Choices<NAME extends string = string> = Readonly<Record<NAME, string | undefined>>;

/** The line about each entry of a table that has more than that, such as a function. */
export function aboutEach<NAME extends string>(
  table: Readonly<Record<NAME, { readonly about: string }>>,
): Readonly<Record<NAME, string>> {
  return mapValues<{ readonly about: string }, string>(table, ({ about }) => about) as Record<NAME, string>;
}

/** The names of a table. */
export function namesOf<NAME extends string>(choices: Choices<NAME>): [NAME, ...NAME[]] {
  return Object.keys(choices) as [NAME, ...NAME[]];
}

/**
 * Checks an option that is chosen by name.
 *
 * @throws InvalidArgumentError naming the option, its value and the names.
 */
export function checkChoice(
  parameter: string,
  value: unknown,
  { choices, orFunction = false }: { choices: Choices; /** For the message. */ orFunction?: boolean },
): void {
  if (typeof value === 'string' && Object.hasOwn(choices, value)) return;
  const expected = Object.keys(choices).join(', ');
  throw new InvalidArgumentError({
    parameter,
    value,
    message: `expected one of: ${expected}${orFunction ? ', or a function' : ''}.`,
  });
}
