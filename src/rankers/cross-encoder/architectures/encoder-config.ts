import { z } from 'zod';

const size = z.number().int().positive();

/** What every `config.json` of an encoder says. */
export const encoderConfig = z.object({
  vocab_size: size,
  hidden_size: size,
  num_hidden_layers: size,
  num_attention_heads: size,
  intermediate_size: size,
});

/** @see encoderConfig */
export type EncoderConfig = z.infer<typeof encoderConfig>;

/** @throws Error that says which fields are wrong. */
export function parseConfig<SCHEMA extends z.ZodType>(schema: SCHEMA, config: object): z.infer<SCHEMA> {
  const parsed = schema.safeParse(config);
  if (!parsed.success) throw new Error(`it does not describe such a network: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
