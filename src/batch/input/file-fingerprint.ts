import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { parseJson } from '../../util/parse-json.ts';
import type { HubSource } from '../../records/index.ts';
import type { Fingerprint } from './batch-input.ts';

/** A path, or a file on Hugging Face. */
export type InputFile = string | HubSource;

/** What the system says of a file. Where all of it is as it was, so is the content. */
export interface FileFacts {
  readonly device: string;
  readonly inode: string;
  readonly bytes: string;
  readonly modified: string;
  readonly changed: string;
}

interface Checked {
  readonly facts: readonly FileFacts[];
  readonly fingerprint: Fingerprint;
}

/**
 * The size of files together and the SHA-256 of their bytes, in their order. It does not depend on names, folders and
 * times. Files that the system says are unchanged since the last time are not read again, and those on Hugging Face not
 * at all.
 */
export async function fingerprintFiles(files: readonly InputFile[], cacheFile: string): Promise<Fingerprint> {
  const facts = await factsOfFiles(files);
  const known = parseJson(await readFile(cacheFile, 'utf8').catch(() => '')) as Checked | undefined;
  if (known !== undefined && JSON.stringify(known.facts) === JSON.stringify(facts)) return known.fingerprint;
  const hash = createHash('sha256');
  let bytes = 0;
  for (const path of files) {
    if (typeof path !== 'string') {
      // What Hugging Face calls the content stands for its bytes.
      hash.update(path.etag);
      bytes += path.bytes;
      continue;
    }
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Uint8Array>) {
      hash.update(chunk);
      bytes += chunk.length;
    }
  }
  const fingerprint = { bytes, sha256: hash.digest('hex') };
  await writeFile(cacheFile, JSON.stringify({ facts, fingerprint } satisfies Checked));
  return fingerprint;
}

/** What is known of each file without reading it. */
export function factsOfFiles(files: readonly InputFile[]): Promise<readonly FileFacts[]> {
  return Promise.all(files.map((file) => (typeof file === 'string' ? factsOf(file) : hubFacts(file))));
}

function hubFacts({ etag, bytes }: HubSource): FileFacts {
  return { device: 'hf', inode: etag, bytes: String(bytes), modified: '', changed: '' };
}

async function factsOf(path: string): Promise<FileFacts> {
  const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
  return {
    device: String(dev),
    inode: String(ino),
    bytes: String(size),
    modified: String(mtimeNs),
    // Set by the system with every change, also where somebody sets the time above back.
    changed: String(ctimeNs),
  };
}
