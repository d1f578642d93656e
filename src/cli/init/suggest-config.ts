import type { BlenderConfig } from '../../index.ts';

/** The model that is always there. */
const LOCAL_MODEL = 'local/smollm2-135m-instruct';

/** Name of the blend that `init` writes. */
const BLEND = 'main';

/** A configuration whose blend asks each of the models, or the only one three times. */
export function suggestConfig(models: readonly string[]): BlenderConfig {
  const [only = LOCAL_MODEL, ...more] = models;
  const blend =
    more.length > 0
      ? { models }
      : { models: [only], samples: 3, ...(models.length === 0 ? { maxOutputTokens: 256 } : { temperature: 0.8 }) };
  return { blends: { [BLEND]: blend }, defaults: { blend: BLEND } };
}
