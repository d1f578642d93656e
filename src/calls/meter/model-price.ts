import { InvalidArgumentError } from '../../error/index.ts';
import { checkNumber } from '../../util/check-number.ts';

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
      const parameter = `prices["${model}"].${name}`;
      const value = price[name];
      if (value === undefined && name !== 'cachedInputPerMillion') {
        throw new InvalidArgumentError({ parameter, value, message: 'expected US dollars for a million tokens.' });
      }
      checkNumber(parameter, value, { min: 0, unit: 'US dollars for a million tokens' });
    }
  }
  return prices;
}
