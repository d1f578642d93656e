import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { pageFolder } from '../../built/page-folder.ts';

/** How the bytes of a file are sent. */
export type Encoding = 'br' | 'gzip' | 'identity';

/** A file of the page. */
export interface PageFile {
  readonly type: string;
  /** Of the bytes that are not compressed. */
  readonly hash: string;
  /** True if its name changes with its content. */
  readonly isHashed: boolean;
  readonly bytes: Readonly<Partial<Record<Encoding, Uint8Array<ArrayBuffer>>>>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};

let loaded: Promise<ReadonlyMap<string, PageFile>> | undefined;

/** The files of the page by their path, such as `/index.html`. They are read once; what is not among them is not served. */
export async function pageFiles(): Promise<ReadonlyMap<string, PageFile>> {
  loaded ??= pageFolder().then(readFiles);
  try {
    return await loaded;
  } catch (error) {
    // The next request tries anew.
    loaded = undefined;
    throw error;
  }
}

async function readFiles(folder: string): Promise<ReadonlyMap<string, PageFile>> {
  const files = new Map<string, PageFile>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const type = TYPES[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    const [identity, gzip, br] = await Promise.all(
      ['', '.gz', '.br'].map(async (end) => new Uint8Array(await readFile(path + end))),
    );
    const name = `/${relative(folder, path).replaceAll(sep, '/')}`;
    files.set(name, {
      type,
      hash: createHash('sha256')
        .update(identity ?? '')
        .digest('base64url')
        .slice(0, 22),
      isHashed: name.startsWith('/assets/'),
      bytes: Object.fromEntries(Object.entries({ identity, gzip, br }).filter(([, bytes]) => bytes !== undefined)),
    });
  }
  return files;
}
