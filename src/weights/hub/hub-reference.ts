import { z } from 'zod';
import { ModelNotFoundError } from '../../error/index.ts';
import { createWatchdog } from '../../util/deadline.ts';
import { type HubRequestOptions, requestFromHub } from './hub-request.ts';

/** What an `hf:` reference says. */
export interface HubReference {
  /** `owner/name`. */
  readonly repo: string;
  /** A branch, a tag, or a commit. */
  readonly revision: string;
  /** One file, or the name of a quantization that the server turns into a file. */
  readonly wanted: { readonly type: 'file'; readonly file: string } | { readonly type: 'tag'; readonly tag: string };
}

/** Reads `hf:owner/repo/path/file.gguf[#revision]` or `hf:owner/repo[:quantization]`. @throws ModelNotFoundError */
export function parseHubReference(uri: string, reference: string): HubReference {
  const [owner, name, ...path] = uri.replace(/^hf:(?:\/\/)?/, '').split('/');
  const [bareName, ...tag] = (name ?? '').split(':');
  const parts = [owner, bareName, ...path.join('/').replace('#', '/').split('/')];
  if (!owner || !bareName || (path.length > 0 && path.at(-1) === '') || parts.includes('..')) {
    const hint = 'Expected local/hf:OWNER/REPO/FILE.gguf or local/hf:OWNER/REPO:QUANTIZATION (such as Q4_K_M).';
    throw new ModelNotFoundError({ reference, hint });
  }
  if (/\.part\d+of\d+(?:#|$)/.test(path.at(-1) ?? '')) {
    const hint =
      'It is a piece of a file. Download all pieces, join them with cat, and use the whole as local/PATH.gguf.';
    throw new ModelNotFoundError({ reference, hint });
  }
  const repo = `${owner}/${bareName}`;
  if (path.length === 0) return { repo, revision: 'main', wanted: { type: 'tag', tag: tag.join(':') || 'latest' } };
  const [file = '', revision = ''] = path.join('/').split('#');
  return { repo, revision: revision || 'main', wanted: { type: 'file', file } };
}

/** All files of a model that is split into several, in order; otherwise the one. */
export function splitFiles(file: string): string[] {
  const match = /^(.*-)\d{5}-of-(\d{5})\.gguf$/.exec(file);
  if (match === null) return [file];
  const [, stem, count] = match;
  return Array.from(
    { length: Number(count) },
    (_, index) => `${stem}${String(index + 1).padStart(5, '0')}-of-${count}.gguf`,
  );
}

/** The first file of a quantization among those of a repository; undefined where it is not clear. */
export function fileOfTag(files: readonly string[], tag: string): string | undefined {
  const models = files.filter((file) => /\.gguf$/i.test(file) && (splitFiles(file)[0] ?? file) === file).toSorted();
  if (tag !== 'latest') {
    const end = tag.toLowerCase();
    return models.find((file) => {
      const stem = file.replace(/(?:-\d{5}-of-\d{5})?\.gguf$/i, '').toLowerCase();
      return stem === end || (stem.endsWith(end) && /[./_-]/.test(stem.charAt(stem.length - end.length - 1)));
    });
  }
  return fileOfTag(models, 'Q4_K_M') ?? (models.length === 1 ? models[0] : undefined);
}

const manifestSchema = z.object({ ggufFile: z.object({ rfilename: z.string() }) });

/** The file that the server gives for a quantization, as llama.cpp asks for it. @throws Error with a sentence. */
export async function askForTag(tag: string, options: HubRequestOptions, abortSignal: AbortSignal): Promise<string> {
  using watchdog = createWatchdog(abortSignal);
  const path = ['v2', ...options.repo.split('/'), 'manifests', tag].map(encodeURIComponent).join('/');
  // The manifest names a file only for clients that call themselves this.
  const headers = { 'user-agent': 'llama-cpp' };
  const { response } = await requestFromHub(path, { ...options, headers }, watchdog);
  const manifest = manifestSchema.safeParse(await response.json().catch(() => undefined));
  watchdog.signal.throwIfAborted();
  if (!manifest.success) throw new Error(`it names no GGUF file for ${options.repo}:${tag}.`);
  return manifest.data.ggufFile.rfilename;
}
