import { z } from 'zod';
import { type Choices, namesOf } from '../util/choices.ts';
import { suggest } from '../util/suggest.ts';

/**
 * One schema for each option, of the same type: a shape that lacks an option does not compile, nor one that writes an
 * option too many. The compiler does not look for these in what is spread into a shape, so spread only shapes that are
 * checked themselves, and whole.
 */
export type SchemaShape<OPTIONS> = { readonly [NAME in keyof OPTIONS]-?: z.ZodType<OPTIONS[NAME]> };

export const text = z.string().min(1);
export const positiveInteger = z.int().min(1);
export const milliseconds = z.number().positive();

/** What to say of a value that is none of the names. */
export function expectedOneOf(names: readonly string[]): string {
  return `expected one of: ${names.join(', ')}`;
}

/** One of the names of a table. */
export function nameIn<NAME extends string>(table: Choices<NAME>) {
  const names = namesOf(table);
  return z.enum(names, expectedOneOf(names));
}

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
