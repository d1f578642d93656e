import { z } from 'zod';
import type { ProviderLimitOptions } from '../calls/index.ts';
import type { ProviderOptions } from '../providers/index.ts';
import { API_PACKAGES } from '../spec/providers.ts';
import { namesOf } from '../util/choices.ts';
import type { SchemaShape } from './schema-shape.ts';
import { optionsObject, positiveInteger } from './values.ts';

const KEY_HINT = 'keys are not written here: put yours into an environment variable, and its name into apiKeyEnv.';

/** Limits of one provider. */
export const providerLimit = optionsObject({
  concurrency: positiveInteger.describe('Most calls in flight at once.').optional(),
  requestsPerMinute: positiveInteger.describe('Most requests that start within any minute.').optional(),
  tokensPerMinute: positiveInteger.describe('Most tokens within any minute, input and output together.').optional(),
} satisfies SchemaShape<ProviderLimitOptions[string]>);

/** How one provider is reached. */
export const provider = optionsObject(
  {
    api: z.enum(namesOf(API_PACKAGES)).describe('What the endpoint speaks.').optional(),
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
  } satisfies SchemaShape<ProviderOptions>,
  { hints: { apiKey: KEY_HINT, key: KEY_HINT, token: KEY_HINT } },
);
