import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { detectMediaType } from '@ai-sdk/provider-utils';
import type { FilePart } from 'ai';
import { InvalidArgumentError, type PromptOptions } from '../../index.ts';
import { fenced, fenceMark } from '../../util/fence.ts';
import { codeOf } from '../errors.ts';
import { formatBytes } from '../render/format.ts';
import { oneLine } from '../render/text.ts';

/** Bytes of a file that is sent itself: what most providers take in one request. */
const MAX_FILE_BYTES = 20e6;

/** Bytes of a text: a quarter of a million tokens. */
const MAX_TEXT_BYTES = 1e6;

/** A file that was read: one to send itself, or a text that becomes a part of the question. */
type AttachedFile = { readonly part: FilePart } | { readonly name: string; readonly text: string };

/**
 * The question with the files of `--attach`: texts stand between fences in front of it, others go along.
 *
 * @throws InvalidArgumentError for a file that cannot be read or sent; the signal's reason on abort.
 */
export async function withAttachments(
  question: string,
  paths: readonly string[] | undefined,
  { abortSignal }: { abortSignal: AbortSignal },
): Promise<PromptOptions> {
  if (paths === undefined) return { prompt: question };
  const files = await Promise.all(paths.map((path) => readAttachment(path, abortSignal)));
  const texts = files.filter((file) => 'text' in file);
  const mark = fenceMark(texts.map(({ text }) => text));
  const text = [...texts.map((file) => fenced(mark, 'file', file.text, oneLine(file.name))), question].join('\n\n');
  const parts = files.flatMap((file) => ('part' in file ? [file.part] : []));
  if (parts.length === 0) return { prompt: text };
  return { messages: [{ role: 'user', content: [...parts, { type: 'text', text }] }] };
}

async function readAttachment(path: string, abortSignal: AbortSignal): Promise<AttachedFile> {
  const refuse = (message: string) => new InvalidArgumentError({ parameter: '--attach', value: path, message });
  const bytes = await readStart(path, { abortSignal, refuse });
  if (bytes.length === 0) throw refuse('it is empty.');
  const mediaType = typeOf(bytes);
  const limit = mediaType === undefined ? MAX_TEXT_BYTES : MAX_FILE_BYTES;
  if (bytes.length > limit) {
    // What cannot be measured, such as a pipe, is known to be too long and no more.
    const { size } = await stat(path);
    const has = size > limit ? `it has ${formatBytes(size)}` : 'it is too long';
    const what = mediaType === undefined ? 'of text' : 'of a file';
    throw refuse(`${has}; at most ${formatBytes(limit)} ${what} can be attached.`);
  }
  const name = basename(path);
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
