import type { z } from 'zod';

/**
 * One schema for each option, taking only what the option takes: a shape that lacks an option, or knows one too many,
 * does not compile.
 */
export type SchemaShape<OPTIONS> = { readonly [NAME in keyof OPTIONS]-?: z.ZodType<OPTIONS[NAME]> };

/** The names of a union of names; one that is missing does not compile. */
export type NameTable<NAME extends string> = Readonly<Record<NAME, true>>;

/** The keys of a table as a tuple that `z.enum` takes. */
export function namesOf<NAME extends string>(table: NameTable<NAME>): [NAME, ...NAME[]] {
  return Object.keys(table) as [NAME, ...NAME[]];
}
