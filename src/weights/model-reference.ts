import { resolve } from 'node:path';
import { expandHome } from './cache-directory.ts';
import { formatRankerName, parseRankerName } from '../spec/ranker-name.ts';
import { RANKER_CATALOG, type RankerEntry } from './catalog/ranker-catalog.ts';

/** What a `local/…` reference means. */
export type ModelReference =
  /** A file of the user's own; `path` is absolute. */
  | { readonly type: 'file'; readonly path: string }
  /** A file on Hugging Face, in the notation of node-llama-cpp: `hf:owner/repo/file` or `hf:owner/repo:Q4_K_M`. */
  | { readonly type: 'hugging-face'; readonly uri: string }
  /** A ranker of the catalog, such as `pairrm`. */
  | { readonly type: 'ranker'; readonly entry: RankerEntry }
  /** The weights of a ranker in 8 bits, as `pairrm:int8`; `ranker` is a name of the catalog or an absolute folder. */
  | { readonly type: 'quantized-ranker'; readonly ranker: string }
  | { readonly type: 'catalog'; readonly name: string };

/**
 * Reads a reference, with or without the leading `local/`. Looks at nothing outside the text, except the working
 * and home directories for relative paths.
 */
export function parseModelReference(reference: string): ModelReference {
  const rest = reference.startsWith('local/') ? reference.slice('local/'.length) : reference;
  if (rest.startsWith('hf:')) return { type: 'hugging-face', uri: rest };
  if (/\.gguf$/i.test(rest)) return { type: 'file', path: resolve(expandHome(rest)) };
  const ranker = parseRankerName(rest);
  if (ranker.kind === 'int8') {
    const quantized = formatRankerName(ranker.ranker);
    const isKnown = RANKER_CATALOG.some(({ name }) => name === quantized);
    return { type: 'quantized-ranker', ranker: isKnown ? quantized : resolve(expandHome(quantized)) };
  }
  const entry = RANKER_CATALOG.find(({ name }) => name === rest);
  return entry === undefined ? { type: 'catalog', name: rest } : { type: 'ranker', entry };
}
