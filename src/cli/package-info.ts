import { readFileSync } from 'node:fs';
import { z } from 'zod';

const packageSchema = z.object({ version: z.string(), engines: z.object({ node: z.string() }) });

/** Version and requirements of this package, from its package.json: the folder depth is the same in `src` and `dist`. */
export function readPackageInfo(): z.infer<typeof packageSchema> {
  return packageSchema.parse(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')));
}
