import { InvalidArgumentError, Option } from 'commander';
import type { AggregationName, GoalName, Strategy } from '../index.ts';
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

/** Reads US dollars, with or without the sign. */
export function dollars(text: string): number {
  return number({ min: 0, unit: 'US dollars' })(text.trim().replace(/^\$/, ''));
}

/** Collects an option that may be given several times. */
export function collect(value: string, earlier: readonly string[] | undefined): readonly string[] {
  return [...(earlier ?? []), value];
}

/** The strategies, with what `--help` says of them; a new one does not compile until it is here. */
const STRATEGIES = {
  full: 'all',
  bubble: 'each next candidate against the best so far',
  sort: 'just enough to put all in order',
  adaptive: 'those that can still change the goal',
} as const satisfies Record<Strategy, string>;

/** The aggregations, likewise. */
const AGGREGATIONS = {
  'max-logits': 'how clearly a candidate beats the others',
  'max-wins': 'how often it does',
  'least-squares': 'the strengths that fit the log-odds best',
  'expected-logits': 'what max-logits over all pairs is expected to say',
  'bradley-terry': 'the strengths that fit the probabilities best',
  borda: 'how likely it beats another',
} as const satisfies Record<AggregationName, string>;

/** `--strategy`, the same in every command that ranks. */
export function strategyOption(): Option {
  return new Option(
    '--strategy <name>',
    `Which pairs are compared: ${explain(STRATEGIES)}. Default: full; adaptive with cascade:RANKER.`,
  ).argParser(oneOf(STRATEGIES));
}

/** `--aggregation`, likewise. */
export function aggregationOption(): Option {
  return new Option(
    '--aggregation <name>',
    `How comparisons become scores: ${explain(AGGREGATIONS)}. Default: max-logits with full, expected-logits with adaptive, else least-squares.`,
  ).argParser(oneOf(AGGREGATIONS));
}

/** The goals, likewise. */
const GOALS = {
  best: 'the best',
  'top-k': 'the best K, in any order',
  order: 'all in order',
} as const satisfies Record<GoalName, string>;

/** `--goal`, likewise. */
export function goalOption(): Option {
  return new Option('--goal <name>', `What adaptive looks for: ${explain(GOALS)}. Default: best.`).argParser(
    oneOf(GOALS),
  );
}

/** `--confidence`, likewise. */
export function confidenceOption(): Option {
  return new Option(
    '--confidence <p>',
    'adaptive stops once all pairs would give the same result with this probability, above 0 and at most 1. Default: 0.95.',
  ).argParser(number({ above: 0, max: 1 }));
}

/** `--max-pairs`, likewise. */
export function maxPairsOption(): Option {
  return new Option('--max-pairs <n>', 'Maximum pairs to compare. Default: no limit.').argParser(positiveInteger);
}

/** `--ranker`, likewise. */
export function rankerOption(): Option {
  return new Option(
    '--ranker <ranker>',
    'The ranker: small (the trained ranker of this package), pairrm, a ranker folder (with :int8 appended, a cross-encoder in 8-bit weights), judge:MODEL, judge-list:MODEL (ranks all candidates in one call), or cascade:RANKER (asks RANKER only where small is unsure). Default: small.',
  );
}

/** `--input`, the same in every command on files. */
export function inputOption(): Option {
  return new Option('--input <file>', 'A JSONL file. Default, and "-": standard input.');
}

/** `--output`, likewise. */
export function outputOption(): Option {
  return new Option(
    '--output <file>',
    'The file for the results, written once all lines are done. Default: standard output.',
  );
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
