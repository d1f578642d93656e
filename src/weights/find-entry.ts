import { ModelNotFoundError } from '../error/index.ts';
import type { CatalogEntry } from './catalog-entry.ts';

/** @throws ModelNotFoundError listing the names there are. */
export function findEntry(
  catalog: readonly CatalogEntry[],
  { name, reference }: { name: string; reference: string },
): CatalogEntry {
  const entry = catalog.find((candidate) => candidate.name === name);
  if (entry !== undefined) return entry;
  const names = catalog.map((candidate) => `local/${candidate.name}`).join(', ');
  throw new ModelNotFoundError({
    reference,
    hint: `Known names: ${names}. A file is written local/PATH.gguf, one on Hugging Face local/hf:OWNER/REPO/FILE.gguf.`,
  });
}
