import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { ModelNotFoundError } from '../error/index.ts';
import { type HubEndpoint, resolveUrl } from './hub-endpoint.ts';

/** What an `hf:` reference says. node-llama-cpp reads it itself; this is for asking first and for naming. */
export interface HubReference {
  /** As node-llama-cpp takes it. */
  readonly uri: string;
  /** `owner/name`. */
  readonly repo: string;
  /** One file at a branch or commit, or the name of a quantization that the server turns into a file. */
  readonly wanted:
    | { readonly type: 'file'; readonly file: string; readonly revision: string }
    | { readonly type: 'tag'; readonly tag: string };
}

/** Reads `hf:owner/repo/path/file.gguf[#revision]` or `hf:owner/repo[:quantization]`. @throws ModelNotFoundError */
export function parseHubReference(uri: string, reference: string): HubReference {
  const [owner, name, ...path] = uri.replace(/^hf:(?:\/\/)?/, '').split('/');
  const [bareName, ...tag] = (name ?? '').split(':');
  if (!owner || !bareName || (path.length > 0 && path.at(-1) === '')) {
    const hint = 'Expected local/hf:OWNER/REPO/FILE.gguf or local/hf:OWNER/REPO:QUANTIZATION (such as Q4_K_M).';
    throw new ModelNotFoundError({ reference, hint });
  }
  const repo = `${owner}/${bareName}`;
  if (path.length === 0) return { uri, repo, wanted: { type: 'tag', tag: tag.join(':') || 'latest' } };
  const [file = '', revision = ''] = path.join('/').split('#');
  return { uri, repo, wanted: { type: 'file', file, revision: revision || 'main' } };
}

/** Folder of the reference in the cache. The hash keeps apart what only differs in signs that file names cannot hold. */
export function hubFolder(cacheDirectory: string, uri: string): string {
  const plain = uri
    .replace(/^hf:(?:\/\/)?/, '')
    .replace(/[^\w.-]+/g, '_')
    .slice(0, 100);
  return join(cacheDirectory, 'hf', `${plain}-${createHash('sha256').update(uri).digest('hex').slice(0, 8)}`);
}

/** The first request node-llama-cpp will make for the reference, which tells cheaply whether it can succeed. */
export function probeRequest(hub: HubEndpoint, { repo, wanted }: HubReference): { url: URL; init: RequestInit } {
  if (wanted.type === 'file') {
    return { url: resolveUrl(hub, { repo, revision: wanted.revision, file: wanted.file }), init: { method: 'HEAD' } };
  }
  const path = repo.split('/').map(encodeURIComponent).join('/');
  // The manifest names a file only for clients that call themselves this.
  const init = { headers: { 'user-agent': 'llama-cpp' } };
  return { url: new URL(`${hub.url}/v2/${path}/manifests/${encodeURIComponent(wanted.tag)}`), init };
}
