import { createHash, randomBytes } from 'node:crypto';
import type { CatalogEntry } from '../catalog/catalog.ts';

/** Bytes that begin as a GGUF file does, and are random otherwise. */
export function fakeGguf(bytes = 300_000): Buffer {
  return Buffer.concat([Buffer.from('GGUF'), randomBytes(bytes - 4)]);
}

export function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The hash by which git names a content. */
export function gitHash(content: Buffer): string {
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
}

/** A catalog of one entry, `tiny`, whose file is `content` and comes from the fake hub alone. */
export function fakeCatalog(content: Buffer, change: Partial<CatalogEntry> = {}): readonly [CatalogEntry] {
  return [
    {
      name: 'tiny',
      title: 'Tiny',
      description: 'For tests.',
      parameters: 1,
      quantization: 'Q4_1',
      licence: 'Apache-2.0',
      licenceUrl: 'https://example.com/licence',
      file: 'tiny.gguf',
      bytes: content.length,
      approximateBytes: content.length,
      memoryBytes: content.length,
      sha256: sha256(content),
      sources: [{ type: 'hugging-face', repo: 'owner/tiny-GGUF', revision: 'f'.repeat(40) }],
      ...change,
    },
  ];
}
