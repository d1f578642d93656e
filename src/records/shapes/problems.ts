import { shortened } from '../../util/value-path.ts';

/** One row has a form that is known, and a value in it that cannot be used. The message is a sentence about the row. */
export class ValueProblem extends Error {}

/** The form of a row is not known, and so probably not that of the others either. */
export class UnknownShape extends Error {
  /** What to do about it, for a file of which no row can be read. */
  readonly help: string;

  constructor(message: string, help = '') {
    super(message);
    this.help = help;
  }
}

/** A field that holds something else than it should; `expected` follows "expected". */
export function wrongValue(field: string, value: unknown, expected: string): ValueProblem {
  return new ValueProblem(
    value === undefined
      ? `${field} is missing: expected ${expected}.`
      : `${field} is ${shortened(JSON.stringify(value))}: expected ${expected}.`,
  );
}
