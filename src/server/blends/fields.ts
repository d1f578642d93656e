import { z } from 'zod';
import { suggest } from '../../util/suggest.ts';

/** A field that may be missing; null stands for nothing, too. */
export function optional<SCHEMA extends z.ZodType>(schema: SCHEMA) {
  return schema
    .nullish()
    .transform((value) => value ?? undefined)
    .optional();
}

/** An object that has these fields and no others. */
export function fieldsOnly<SHAPE extends z.core.$ZodShape>(shape: SHAPE) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys
            .map((key) => `there is no field ${JSON.stringify(key.slice(0, 100))}.${suggest(key, known)}`)
            .join(' ')
        : undefined,
  });
}

/** One of the names of a table. */
export function nameIn<NAME extends string>(table: Readonly<Record<NAME, unknown>>) {
  const names = Object.keys(table) as [NAME, ...NAME[]];
  return z.enum(names, `expected one of: ${names.join(', ')}`);
}

export const text = z.string().min(1);
export const count = z.int().min(1);
export const milliseconds = z.number().positive();
