import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { detectMediaType } from '@ai-sdk/provider-utils';
import type { FilePart } from 'ai';
import { InvalidArgumentError } from '../../index.ts';
import { codeOf } from '../errors.ts';
import { formatBytes } from '../render/format.ts';

/** Bytes of a file that is sent itself: what most providers take in one request. */
export const MAX_FILE_BYTES = 20e6;

/** Bytes of a text: a quarter of a million tokens. */
const MAX_TEXT_BYTES = 1e6;

/** A file that was read: one to send itself, or a text that becomes a part of the question. */
export type AttachedFile = { readonly part: FilePart } | { readonly name: string; readonly text: string };

/**
 * Reads the files of `--attach`.
 *
 * @throws InvalidArgumentError for a file that cannot be read or sent; the signal's reason on abort.
 */
export async function readAttachments(
  paths: readonly string[],
  { abortSignal }: { abortSignal: AbortSignal },
): Promise<readonly AttachedFile[]> {
  return Promise.all(paths.map((path) => readAttachment(path, abortSignal)));
}

async function readAttachment(path: string, abortSignal: AbortSignal): Promise<AttachedFile> {
  const refuse = (message: string) => new InvalidArgumentError({ parameter: '--attach', value: path, message });
  const bytes = await readStart(path, { abortSignal, refuse });
  if (bytes.length === 0) throw refuse('it is empty.');
  // What cannot be measured, such as a pipe, is known to be too long and no more.
  const size = bytes.length > MAX_TEXT_BYTES ? (await stat(path)).size : bytes.length;
  return toAttachedFile(bytes, { name: basename(path), size, refuse });
}

/**
 * What bytes are, by what they contain.
 *
 * @param options.size that of the whole, where the bytes are its beginning and it is known.
 * @throws what `refuse` makes, for one that is too long and for one that models do not take.
 */
export function toAttachedFile(
  bytes: Buffer,
  { name, size, refuse }: { name: string; size: number; refuse: (message: string) => Error },
): AttachedFile {
  const mediaType = typeOf(bytes);
  const limit = mediaType === undefined ? MAX_TEXT_BYTES : MAX_FILE_BYTES;
  if (bytes.length > limit) {
    const has = size > limit ? `it has ${formatBytes(size)}` : 'it is too long';
    const what = mediaType === undefined ? 'of text' : 'of a file';
    throw refuse(`${has}; at most ${formatBytes(limit)} ${what} can be attached.`);
  }
  if (mediaType !== undefined) return { part: { type: 'file', data: bytes, mediaType, filename: name } };
  if (!isUtf8(bytes) || bytes.includes(0)) {
    throw refuse(
      'it is no image, PDF, audio or video that models take, and no text in UTF-8. Convert it to one of these.',
    );
  }
  // A byte order mark goes with decoding.
  return { name, text: new TextDecoder().decode(bytes) };
}

/** A file as far as the largest limit, and one byte more where it is longer. */
async function readStart(
  path: string,
  { abortSignal, refuse }: { abortSignal: AbortSignal; refuse: (message: string) => Error },
): Promise<Buffer> {
  try {
    return await buffer(createReadStream(path, { end: MAX_FILE_BYTES, signal: abortSignal }));
  } catch (error) {
    abortSignal.throwIfAborted();
    const code = codeOf(error);
    if (code === 'ENOENT') throw refuse('there is no such file.');
    throw refuse(code === 'EISDIR' ? 'it is a folder.' : `it cannot be read (${code}).`);
  }
}

/** By content, since names are often wrong; undefined for a text, and for what is not known. */
function typeOf(bytes: Buffer): string | undefined {
  const type = detectMediaType({ data: bytes });
  // Sound in the container of MP4.
  return type === 'video/mp4' && bytes.subarray(8, 11).toString('latin1') === 'M4A' ? 'audio/mp4' : type;
}
