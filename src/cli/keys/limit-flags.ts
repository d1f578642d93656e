import { InvalidArgumentError } from 'commander';
import type { KeyLimitChanges, KeyLimits, SpendLimit } from '../../server/index.ts';
import { definedOnly } from '../../util/defined-only.ts';
import { flagGroup, type Given } from '../flag-groups.ts';
import { dollars, positiveInteger } from '../option-values.ts';
import { formatDollars } from '../render/format.ts';
import { oneLine } from '../render/text.ts';

/** Removes a limit. */
const NONE = 'none';

/** Limits of a key. */
export interface LimitFlags {
  readonly rate?: NonNullable<KeyLimits['rate']> | typeof NONE;
  readonly concurrency?: number | typeof NONE;
  readonly maxCost?: SpendLimit | typeof NONE;
  readonly blends?: readonly string[] | typeof NONE;
}

export const LIMIT_FLAGS = flagGroup<LimitFlags>((command) =>
  command
    .option(
      '--rate <n/period>',
      'The most requests in a period, such as 60/min, 5/s, 1000/hour or 20000/day; none = no limit.',
      orNone(rate),
    )
    .option(
      '--concurrency <n>',
      'The most requests that are answered at the same time; none = no limit.',
      orNone(positiveInteger),
    )
    .option(
      '--max-cost <usd[/period]>',
      'The most US dollars in all, or in each day or month (UTC), such as 5/day; none = no limit. The price of every model has to be known.',
      orNone(spendLimit),
    )
    .option(
      '--blends <names>',
      'The blends and members that may be asked, with commas or repeated; none = all. Rankers are not limited.',
      collectNames,
    ),
);

/** The limits that are given; null removes one. */
export function limitsOf({ rate: requests, concurrency, maxCost, blends }: Given<LimitFlags>): KeyLimitChanges {
  return definedOnly({
    rate: withoutNone(requests),
    concurrency: withoutNone(concurrency),
    maxCost: withoutNone(maxCost),
    blends: blends === NONE ? null : blends && [...blends],
  });
}

function withoutNone<VALUE>(given: VALUE | typeof NONE | undefined): VALUE | null | undefined {
  return given === NONE ? null : given;
}

/** Limits in words. */
export function limitTexts({ rate: requests, concurrency, maxCost, blends }: KeyLimits): readonly string[] {
  return [
    ...(requests === undefined ? [] : [`${requests.requests} requests in ${requests.seconds} s`]),
    ...(concurrency === undefined ? [] : [`${concurrency} at a time`]),
    ...(maxCost === undefined
      ? []
      : [`at most ${formatDollars(maxCost.dollars)} ${maxCost.per === 'total' ? 'in all' : `a ${maxCost.per}`}`]),
    ...(blends === undefined ? [] : [`only ${blends.map(oneLine).join(' ')}`]),
  ];
}

function orNone<VALUE>(read: (text: string) => VALUE): (text: string) => VALUE | typeof NONE {
  return (text) => (text === NONE ? NONE : read(text));
}

const SECONDS: Readonly<Record<string, number>> = {
  s: 1,
  sec: 1,
  second: 1,
  min: 60,
  minute: 60,
  h: 3600,
  hour: 3600,
  d: 86_400,
  day: 86_400,
};

function rate(text: string): { requests: number; seconds: number } {
  const [, requests = '', period = 'min'] = /^(\d+)\s*(?:\/\s*([a-z]+))?$/i.exec(text.trim()) ?? [];
  const seconds = SECONDS[period.toLowerCase()];
  if (requests === '' || Number(requests) < 1 || seconds === undefined) {
    throw new InvalidArgumentError('Expected a number of requests and a period, such as 60/min, 5/s or 1000/hour.');
  }
  return { requests: Number(requests), seconds };
}

function spendLimit(text: string): SpendLimit {
  const [, amount = '', period = 'total'] = /^([^/]+)(?:\/\s*([a-z]+))?$/i.exec(text.trim()) ?? [];
  const per = period.toLowerCase();
  if (per !== 'day' && per !== 'month' && per !== 'total') {
    throw new InvalidArgumentError('Expected US dollars in all, or by day or month, such as 20, 1/day or 30/month.');
  }
  return { dollars: dollars(amount), per };
}

function collectNames(
  text: string,
  earlier: readonly string[] | typeof NONE | undefined,
): readonly string[] | typeof NONE {
  if (text === NONE) return NONE;
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new InvalidArgumentError('Expected names with commas between them.');
  return [...new Set([...(earlier === NONE ? [] : (earlier ?? [])), ...names])];
}
