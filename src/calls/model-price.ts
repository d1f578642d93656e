import { InvalidArgumentError } from '../error/index.ts';

/** Prices of one model in US dollars for a million tokens. */
export interface ModelPrice {
  readonly inputPerMillion: number;
  /** Tokens of reasoning are output. */
  readonly outputPerMillion: number;
  /** Input that the provider has kept from an earlier call. @default inputPerMillion */
  readonly cachedInputPerMillion?: number | undefined;
}

/** Prices by the name of the model, such as `openai/gpt-5-mini`. They come before those of the price list. */
export type PriceOptions = Readonly<Record<string, ModelPrice>>;

/** Checks prices. @throws InvalidArgumentError naming the model and the value. */
export function checkPrices(prices: PriceOptions): PriceOptions {
  for (const [model, price] of Object.entries(prices)) {
    for (const name of ['inputPerMillion', 'outputPerMillion', 'cachedInputPerMillion'] as const) {
      const value = price[name];
      if ((value === undefined && name === 'cachedInputPerMillion') || (Number.isFinite(value) && Number(value) >= 0)) {
        continue;
      }
      throw new InvalidArgumentError({
        parameter: `prices["${model}"].${name}`,
        value,
        message: 'expected US dollars for a million tokens, a number of at least 0.',
      });
    }
  }
  return prices;
}
