import { join } from 'node:path';

/** Where the cache of Hugging Face has things of `owner/tiny-GGUF`. */
export function hubLayout(home: string, repo = 'owner/tiny-GGUF') {
  const folder = join(home, 'hub', `models--${repo.replace('/', '--')}`);
  return {
    folder,
    snapshot: (commit: string) => join(folder, 'snapshots', commit),
    blob: (etag: string) => join(folder, 'blobs', etag),
    partial: (etag: string) => join(folder, 'blobs', `${etag}.llm-blender.incomplete`),
  };
}
