import { z } from 'zod';

/** Periods of a spend limit; days and months are those of UTC. */
export const SPEND_PERIODS = ['day', 'month', 'total'] as const;

const spendLimit = z.object({
  /** US dollars. */
  dollars: z.number().min(0),
  per: z.enum(SPEND_PERIODS),
});

/** The limits of a key, as they are kept. What is not set is not limited. */
export const keyLimits = z.object({
  /** Requests in any so many seconds. */
  rate: z.object({ requests: z.int().min(1), seconds: z.int().min(1) }).optional(),
  /** Requests that are answered at the same time. */
  concurrency: z.int().min(1).optional(),
  /** What all requests together may cost. */
  maxCost: spendLimit.optional(),
  /** The blends and members that may be asked. */
  blends: z.array(z.string().min(1)).min(1).optional(),
});

/** {@link keyLimits}, read. */
export type KeyLimits = Readonly<z.infer<typeof keyLimits>>;

/** What the requests of a key may cost in a period. */
export type SpendLimit = Readonly<z.infer<typeof spendLimit>>;

/** Limits that replace those of a key; null removes one. */
export type KeyLimitChanges = { readonly [NAME in keyof KeyLimits]?: KeyLimits[NAME] | null };

/** Whether a key may ask for a model. */
export function allowsModel({ blends }: KeyLimits, id: string): boolean {
  return blends === undefined || blends.includes(id);
}

/** A limit in words, such as `$5 a day`. */
export function spendLimitText({ dollars, per }: SpendLimit): string {
  return `${dollarText(dollars)} ${per === 'total' ? 'in total' : `a ${per}`}`;
}

/** An amount with as many digits as it needs, such as `$0.0042`. */
export function dollarText(dollars: number): string {
  return `$${Number(dollars.toPrecision(3))}`;
}
