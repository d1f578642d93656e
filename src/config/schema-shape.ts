import type { z } from 'zod';

/**
 * One schema for each option, taking only what the option takes: a shape that lacks an option, or knows one too many,
 * does not compile.
 */
export type SchemaShape<OPTIONS> = { readonly [NAME in keyof OPTIONS]-?: z.ZodType<OPTIONS[NAME]> };
