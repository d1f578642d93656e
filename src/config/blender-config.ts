import type { CreateBlenderOptions } from '../api/index.ts';
import { anObject } from '../util/check-options.ts';

/**
 * The content of a configuration file: the options of `createBlender` that are plain data. Files in TypeScript and
 * JavaScript may also hold objects, such as models of the AI SDK.
 */
export interface BlenderConfig extends Pick<
  CreateBlenderOptions,
  'blends' | 'models' | 'rankers' | 'providers' | 'limits' | 'prices' | 'cache' | 'defaults' | 'server'
> {
  /** For editors: path of the JSON schema. */
  readonly $schema?: string | undefined;
}

/**
 * Types a configuration file: `export default defineConfig({ … })`. The value is returned as it is, and checked when it
 * is loaded.
 *
 * @throws InvalidArgumentError where it is no object.
 * @example
 * export default defineConfig({ models: { fast: 'ollama/gemma3' }, defaults: { ranker: 'small' } });
 */
export function defineConfig<const CONFIG extends BlenderConfig>(config: CONFIG): CONFIG {
  anObject('defineConfig', config);
  return config;
}
