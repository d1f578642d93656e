import { isInProcessModel } from '../../spec/in-process-model.ts';
import { type ModelObject, modelName } from '../../spec/model-choice.ts';
import { providerOf } from '../../spec/providers.ts';
import { type CallPricing, FREE, pricingOf } from './call-pricing.ts';
import { checkPrices, type PriceOptions } from './model-price.ts';
import { findListedPricing } from './price-list.ts';

/** What calls to each model cost: by the caller's own prices, else by the price list. */
export class PriceBook {
  readonly #prices: PriceOptions;
  readonly #listed = new Map<string, Promise<CallPricing | undefined>>();

  /** @throws InvalidArgumentError for a price that cannot be used. */
  constructor(prices: PriceOptions = {}) {
    this.#prices = checkPrices(prices);
  }

  /** Undefined where no price is known. */
  async find(model: ModelObject, name: string): Promise<CallPricing | undefined> {
    if (isInProcessModel(model)) return FREE;
    const given = [name, modelName(model), `${providerOf(model.provider)}/${model.modelId}`].find((key) =>
      Object.hasOwn(this.#prices, key),
    );
    const price = given === undefined ? undefined : this.#prices[given];
    return price === undefined ? this.#findListed(providerOf(name), model.modelId) : pricingOf(price);
  }

  /** The same by the name alone, `provider/model`, for a model that is not loaded. */
  async findByName(name: string): Promise<CallPricing | undefined> {
    const provider = providerOf(name);
    if (provider === 'local') return FREE;
    const price = Object.hasOwn(this.#prices, name) ? this.#prices[name] : undefined;
    return price === undefined ? this.#findListed(provider, name.slice(provider.length + 1)) : pricingOf(price);
  }

  #findListed(provider: string, modelId: string): Promise<CallPricing | undefined> {
    const key = `${provider}/${modelId}`;
    let listed = this.#listed.get(key);
    if (listed === undefined) {
      listed = findListedPricing(provider, modelId);
      this.#listed.set(key, listed);
    }
    return listed;
  }
}
