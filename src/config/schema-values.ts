import { z } from 'zod';
import { suggest } from './finding.ts';

/**
 * One schema for each option, of the same type: a shape that lacks an option, or has one too many, does not compile.
 */
export type SchemaShape<OPTIONS> = { readonly [NAME in keyof OPTIONS]-?: z.ZodType<OPTIONS[NAME]> };

export const text = z.string().min(1);
export const positiveInteger = z.int().min(1);
export const milliseconds = z.number().positive();

/** An object that has these options and no others. */
export function optionsObject<SHAPE extends z.core.$ZodShape>(
  shape: SHAPE,
  { hints = {} }: { /** What to say of names that people may try. */ hints?: Readonly<Record<string, string>> } = {},
) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => hints[key] ?? `there is no such option.${suggest(key, known)}`).join('\n')
        : undefined,
  });
}

/** Values by names of the user. A name has no slash and no colon, which have a meaning in references. */
export function byName<VALUE extends z.ZodType>(value: VALUE) {
  return z.record(z.string().regex(/^[^/:\s]+$/, 'a name has no slash, colon or space'), value);
}
