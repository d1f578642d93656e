import type { BlenderConfig, RankerChoice } from '../index.ts';
import { ApiError } from './api-error.ts';

/** The name of the ranker that is used where none is configured. */
const BUILT_IN = 'small';

/** The rankers that clients can name: that of the configuration, and its aliases. Others could be paths of this machine. */
export class ServedRankers {
  /** Undefined for the default of the blender. */
  readonly #known: ReadonlyMap<string, RankerChoice | undefined>;

  constructor({ rankers = {}, defaults = {} }: Pick<BlenderConfig, 'rankers' | 'defaults'>) {
    const { ranker = BUILT_IN } = defaults;
    const names = ['default', ...(typeof ranker === 'string' ? [ranker] : [])];
    this.#known = new Map<string, RankerChoice | undefined>([
      ...names.map((name) => [name, undefined] as const),
      ...Object.keys(rankers).map((name) => [name, name] as const),
    ]);
  }

  get names(): readonly string[] {
    return [...this.#known.keys()];
  }

  /** @throws ApiError 404 */
  find(name: string): RankerChoice | undefined {
    if (this.#known.has(name)) return this.#known.get(name);
    throw new ApiError({
      status: 404,
      message: `The ranker ${JSON.stringify(name.slice(0, 200))} is not served here. There are: ${this.names.join(', ')}.`,
      param: 'model',
      code: 'model_not_found',
    });
  }
}
