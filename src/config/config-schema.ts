import { z } from 'zod';
import type { CacheOptions, ModelPrice, ProviderLimitOptions } from '../calls/index.ts';
import type { ProviderOptions } from '../providers/index.ts';
import type { ServerSettings } from '../spec/server-settings.ts';
import { API_PACKAGES, SYSTEM_ROLES } from '../spec/providers.ts';
import { blendDefaults, namedBlend } from './blend-schema.ts';
import type { BlenderConfig } from './blender-config.ts';
import { modelChoice, rankerChoice } from './model-schema.ts';
import { byName, nameIn, optionsObject, positiveInteger, type SchemaShape, text } from './schema-values.ts';

const dollars = z.number().min(0);

/** Prices of one model. */
const modelPrice = optionsObject({
  inputPerMillion: dollars.describe('US dollars for a million tokens of input.'),
  outputPerMillion: dollars.describe('US dollars for a million tokens of output, reasoning included.'),
  cachedInputPerMillion: dollars
    .describe('US dollars for a million tokens of input from the cache of the provider.')
    .optional(),
} satisfies SchemaShape<ModelPrice>);

const prices = z.record(z.string().regex(/.\/./, 'expected provider/model'), modelPrice);

const cache = z.union(
  [
    z.boolean(),
    optionsObject({
      path: text.describe('The SQLite file.').optional(),
      maxBytes: z.number().positive().describe('Maximum bytes of stored answers.').optional(),
      maxAgeMs: z.number().positive().describe('Milliseconds after which a cached answer expires.').optional(),
    } satisfies SchemaShape<CacheOptions>),
  ],
  'expected true, false, or an object of options',
);

const KEY_HINT = 'keys do not belong here: put yours into an environment variable, and its name into apiKeyEnv.';

/** Limits of one provider. */
const providerLimit = optionsObject({
  concurrency: positiveInteger.describe('Maximum calls at the same time.').optional(),
  requestsPerMinute: positiveInteger.describe('Maximum requests that start within any minute.').optional(),
  tokensPerMinute: positiveInteger.describe('Maximum tokens within any minute, input and output together.').optional(),
} satisfies SchemaShape<ProviderLimitOptions[string]>);

/** How one provider is reached. */
const provider = optionsObject(
  {
    api: nameIn(API_PACKAGES).describe('The API of the endpoint.').optional(),
    baseURL: z
      .url({ protocol: /^https?$/, error: 'expected an address such as http://127.0.0.1:8000/v1' })
      .describe('Address of the endpoint, with the version.')
      .optional(),
    apiKeyEnv: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected the name of an environment variable, never the key itself')
      .describe('The environment variable that holds the key.')
      .optional(),
    headers: z.record(z.string(), z.string()).describe('Sent with each request.').optional(),
    parameters: z
      .record(z.string(), z.union([text, z.literal(false)], 'expected another name, or false'))
      .describe('Parameters of the request that have another name at the endpoint, or that it does not take (false).')
      .optional(),
    systemRole: nameIn(SYSTEM_ROLES).describe('The role of the system message, for chat completions.').optional(),
  } satisfies SchemaShape<ProviderOptions>,
  { hints: { apiKey: KEY_HINT, key: KEY_HINT, token: KEY_HINT } },
);

const server = optionsObject({
  taskModel: z
    .union([text, z.literal(false)], 'expected the name of a model, or false')
    .describe('The model for titles, tags and the like that chat pages ask for; false: the blend that they name.')
    .optional(),
} satisfies SchemaShape<ServerSettings>).describe('How blends are served.');

/** The whole configuration. */
export const configSchema = optionsObject({
  $schema: z.string().describe('Path of the JSON schema, for editors.').optional(),
  blends: byName(namedBlend).describe('Blends by name, for --blend NAME.').optional(),
  models: byName(modelChoice).describe('Aliases for models, with settings if needed.').optional(),
  rankers: byName(rankerChoice).describe('Aliases for rankers, for --ranker NAME.').optional(),
  providers: byName(provider).describe('Endpoints, and other settings for known providers.').optional(),
  prices: prices.describe('Prices by provider/model; they override the price list.').optional(),
  cache: cache.describe('Whether answers of providers are cached, and how.').optional(),
  limits: byName(providerLimit).describe('Limits by provider.').optional(),
  defaults: blendDefaults.optional(),
  server: server.optional(),
} satisfies SchemaShape<BlenderConfig>).meta({
  title: 'llm-blender',
  description: 'Configuration of llm-blender: blender.config.{ts,mts,js,json,yaml,yml}.',
});

/** The configuration as a JSON schema, for editors: what a file in JSON or YAML can hold. */
export function configJsonSchema(): object {
  return z.toJSONSchema(configSchema, {
    target: 'draft-07', // what editors know best
    io: 'input',
    // Objects and functions cannot stand in such a file.
    unrepresentable: ({ zodSchema }) => (zodSchema instanceof z.core.$ZodCustom ? { not: {} } : 'throw'),
    override: ({ jsonSchema }) => {
      // It means a readonly type in TypeScript, and something else to an editor.
      delete jsonSchema.readOnly;
      const { anyOf } = jsonSchema;
      if (anyOf === undefined) return;
      const possible = anyOf.filter((branch) => !('not' in branch));
      const [only] = possible;
      if (possible.length === 1 && only !== undefined) {
        delete jsonSchema.anyOf;
        Object.assign(jsonSchema, { ...only, ...jsonSchema });
      } else jsonSchema.anyOf = possible;
    },
  });
}
