import { InvalidArgumentError } from 'commander';
import { COUNT, describeRange, isInRange, type NumberRange, TIMEOUT_MS } from '../util/check-number.ts';

/** Makes a reader of numbers in a range. */
export function number(range: NumberRange): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (!isInRange(value, range)) throw new InvalidArgumentError(`Expected ${describeRange(range)}.`);
    return value;
  };
}

/** Reads an integer. */
export const integer = number({ integer: true });

/** Reads an integer of at least 1. */
export const positiveInteger = number(COUNT);

/** Reads seconds, with fractions if need be, and gives milliseconds. */
export function secondsToMs(text: string): number {
  return Math.ceil(number({ ...TIMEOUT_MS, unit: 'seconds' })(text) * 1000);
}

/** Reads seconds, of which there may be none, and gives milliseconds. */
export function secondsOrNoneToMs(text: string): number {
  return Math.ceil(number({ min: 0, unit: 'seconds' })(text) * 1000);
}

/** Reads US dollars, with or without the sign. */
export function dollars(text: string): number {
  return number({ min: 0, unit: 'US dollars' })(text.trim().replace(/^\$/, ''));
}

/** Collects an option that may be given several times. */
export function collect(value: string, earlier: readonly string[] | undefined): readonly string[] {
  return [...(earlier ?? []), value];
}

/** Makes a reader of the names in a table. */
export function oneOf<TABLE extends object>(table: TABLE): (text: string) => keyof TABLE {
  return (text) => {
    if (!Object.hasOwn(table, text))
      throw new InvalidArgumentError(`Expected one of: ${Object.keys(table).join(', ')}.`);
    return text as keyof TABLE;
  };
}

/** What `--help` says of the names of a table. */
export function explain(table: Readonly<Record<string, string>>): string {
  return Object.entries(table)
    .map(([name, meaning]) => `${name} = ${meaning}`)
    .join('; ');
}
