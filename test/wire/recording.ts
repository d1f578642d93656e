import { readFile } from 'node:fs/promises';
import type { Answer } from './replay-server.ts';
import { parseMessage, parseReply, type Reply } from './reply.ts';

/** One request of a recording, and its reply. */
export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly reply: Reply;
}

/** A title line, and what stands under it up to the next. */
const TITLE = /^### (request|reply) \d+\n/gm;

/** Reads a file of `llm-blender doctor --record`. It may have been edited: pieces that no longer fit become one. */
export async function readRecording(path: string): Promise<readonly Recorded[]> {
  // One character for each byte.
  const text = await readFile(path, 'latin1');
  const titles = [...text.matchAll(TITLE)];
  const messages = titles.map((title, index) => {
    const start = title.index + title[0].length;
    // A line end belongs to the next title.
    const end = (titles[index + 1]?.index ?? text.length) - 1;
    return { kind: title[1], bytes: Buffer.from(text.slice(start, end), 'latin1') };
  });
  return messages.flatMap(({ kind, bytes }, index) => {
    const reply = messages[index + 1];
    if (kind !== 'request' || reply?.kind !== 'reply') return [];
    const { start, headers, body } = parseMessage(bytes);
    const [method = '', address = ''] = start.split(' ');
    return [{ method, path: address, headers, body: body.toString(), reply: recordedReply(reply.bytes) }];
  });
}

function recordedReply(bytes: Buffer): Reply {
  const { headers, ...reply } = parseReply(bytes);
  const { 'x-recorded-chunks': lengths = '', 'x-recorded-ending': ending, ...rest } = headers;
  const [body = Buffer.alloc(0)] = reply.chunks;
  return {
    ...reply,
    headers: rest,
    chunks: pieces(body, lengths.split(' ').map(Number)),
    ...(ending === undefined ? {} : { ending: endingOf(ending, reply.status) }),
  };
}

function pieces(body: Uint8Array, lengths: readonly number[]): readonly Uint8Array[] {
  if (lengths.reduce((sum, length) => sum + length, 0) !== body.length) return [body];
  let start = 0;
  return lengths.map((length) => body.subarray(start, (start += length)));
}

function endingOf(ending: string, status: number): NonNullable<Reply['ending']> {
  if (ending === 'refuse') return 'refuse';
  if (ending === 'hang') return status === 0 ? 'silence' : 'hang';
  return 'cut';
}

/** Gives the replies of a recording, in their order; the last one again and again. */
export function replaying(recorded: readonly Recorded[]): Answer {
  return (_, index) => {
    const { reply } = recorded[Math.min(index, recorded.length - 1)] ?? {};
    if (reply === undefined) throw new Error('the recording is empty');
    return reply;
  };
}
