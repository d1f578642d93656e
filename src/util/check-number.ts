import { InvalidArgumentError } from '../error/index.ts';

/** The numbers an option takes. All bounds belong to the range, except `above`. */
export interface NumberRange {
  readonly min?: number;
  readonly above?: number;
  readonly max?: number;
  /** Whole numbers only. @default false */
  readonly integer?: boolean;
  /** What the number counts, as in "expected milliseconds, a number above 0". */
  readonly unit?: string;
}

/** Milliseconds of a timeout. */
export const TIMEOUT_MS = { above: 0, unit: 'milliseconds' } as const satisfies NumberRange;

/** A number of things of which there is at least one. */
export const COUNT = { min: 1, integer: true } as const satisfies NumberRange;

/** How often to try again. */
export const RETRIES = { min: 0, integer: true } as const satisfies NumberRange;

/**
 * Checks a number that a caller gave. Undefined passes: it stands for the default. NaN and the infinities never do, nor
 * does a text that looks like a number.
 *
 * @throws InvalidArgumentError naming the option, its value and the range.
 */
export function checkNumber(parameter: string, value: number | undefined, range: NumberRange = {}): void {
  if (value === undefined || isInRange(value, range)) return;
  throw new InvalidArgumentError({ parameter, value, message: `expected ${describeRange(range)}.` });
}

/** True for a number in the range. */
export function isInRange(
  value: unknown,
  { min = -Infinity, above = -Infinity, max = Infinity, integer = false }: NumberRange,
): boolean {
  if (typeof value !== 'number' || !Number.isFinite(value)) return false;
  return value >= min && value > above && value <= max && (!integer || Number.isSafeInteger(value));
}

/** The range in words, to follow "expected". */
export function describeRange({ min, above, max, integer, unit }: NumberRange): string {
  const kind = integer === true ? 'an integer' : 'a number';
  const bounds =
    min !== undefined && max !== undefined
      ? ` between ${min} and ${max}`
      : [
          min === undefined ? '' : ` of at least ${min}`,
          above === undefined ? '' : ` above ${above}`,
          max === undefined ? '' : `${min === undefined && above === undefined ? ' of' : ' and'} at most ${max}`,
        ].join('');
  return `${unit === undefined ? '' : `${unit}, `}${kind}${bounds}`;
}
