import { InvalidArgumentError, Option } from 'commander';
import { AGGREGATIONS, GOALS, STRATEGIES } from '../index.ts';

/** Reads a whole number. */
export function integer(text: string): number {
  const value = Number(text);
  if (!/^[+-]?\d+$/.test(text.trim()) || !Number.isSafeInteger(value))
    throw new InvalidArgumentError('Expected a whole number.');
  return value;
}

/** Reads a whole number of at least 1. */
export function positiveInteger(text: string): number {
  const value = integer(text);
  if (value < 1) throw new InvalidArgumentError('Expected a whole number of at least 1.');
  return value;
}

/** Makes a reader of numbers in a range, both ends included. */
export function numberBetween(lowest: number, highest: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= lowest && value <= highest)) {
      throw new InvalidArgumentError(`Expected a number between ${lowest} and ${highest}.`);
    }
    return value;
  };
}

/** Reads a number above 0 and at most 1. */
function probability(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && value <= 1)) {
    throw new InvalidArgumentError('Expected a number above 0 and at most 1.');
  }
  return value;
}

/** Reads seconds, with fractions if need be, and gives milliseconds. */
export function secondsToMs(text: string): number {
  const value = Number(text);
  // Beyond 24 days a timer of Node would fire at once.
  if (text.trim() === '' || !(value > 0 && value * 1000 < 2 ** 31)) {
    throw new InvalidArgumentError('Expected a number of seconds above 0.');
  }
  return Math.ceil(value * 1000);
}

/** Reads US dollars, with or without the sign. */
export function dollars(text: string): number {
  const value = Number(text.trim().replace(/^\$/, ''));
  if (!/\d/.test(text) || !(Number.isFinite(value) && value >= 0)) {
    throw new InvalidArgumentError('Expected US dollars, such as 0.05.');
  }
  return value;
}

/** Collects an option that may be given several times. */
export function collect(value: string, earlier: readonly string[] | undefined): readonly string[] {
  return [...(earlier ?? []), value];
}

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

/** `--goal`, likewise. */
export function goalOption(): Option {
  return new Option('--goal <name>', `What adaptive settles: ${explain(GOALS)}. Default: best.`).argParser(
    oneOf(GOALS),
  );
}

/** `--confidence`, likewise. */
export function confidenceOption(): Option {
  return new Option(
    '--confidence <p>',
    'How sure adaptive must be that all pairs would say the same, above 0 and at most 1. Default: 0.95.',
  ).argParser(probability);
}

/** `--max-pairs`, likewise. */
export function maxPairsOption(): Option {
  return new Option('--max-pairs <n>', 'The most pairs to compare. Default: no limit.').argParser(positiveInteger);
}

/** `--ranker`, likewise. */
export function rankerOption(): Option {
  return new Option(
    '--ranker <ranker>',
    'What compares: small (the trained ranker of this package), pairrm, a folder with a ranker (a cross-encoder also with :int8 behind it, for weights in 8 bits), judge:MODEL, judge-list:MODEL, which ranks all in one call, or cascade:RANKER, which asks the other ranker only where small leaves doubt. Default: small.',
  );
}

/** `--input`, the same in every command on files. */
export function inputOption(): Option {
  return new Option(
    '--input <file>',
    'A file of JSON lines. "-", or nothing where lines are piped in, reads standard input.',
  );
}

/** `--output`, likewise. */
export function outputOption(): Option {
  return new Option(
    '--output <file>',
    'Where the result lines go. The file appears when all is done. Default: standard output.',
  );
}

/** Makes a reader of the names of a table. */
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
