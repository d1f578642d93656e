import { z } from 'zod';
import { suggest } from './suggest.ts';

export const text = z.string().min(1);
export const positiveInteger = z.int().min(1);
export const milliseconds = z.number().positive();

/** An object of options that has no others. */
export function optionsObject<SHAPE extends z.core.$ZodShape>(
  shape: SHAPE,
  {
    hints = {},
  }: { /** What to say of keys that people write all the same. */ hints?: Readonly<Record<string, string>> } = {},
) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => hints[key] ?? `there is no such option.${suggest(key, known)}`).join('\n')
        : undefined,
  });
}

/** Options of one kind by a name of one's own. A name has no slash and no colon, which mean something in references. */
export function byName<VALUE extends z.ZodType>(value: VALUE) {
  return z.record(z.string().regex(/^[^/:\s]+$/, 'a name has no slash, colon or space'), value);
}
