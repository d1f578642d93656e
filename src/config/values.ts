import { z } from 'zod';

export const text = z.string().min(1);
export const positiveInteger = z.int().min(1);
export const milliseconds = z.number().positive();

/** Options of one kind by a name of one's own. A name has no slash and no colon, which stand for something in references. */
export function byName<VALUE extends z.ZodType>(value: VALUE) {
  return z.record(z.string().regex(/^[^/:\s]+$/, 'a name has no slash, colon or space'), value);
}
