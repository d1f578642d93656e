import { DataFormatError } from '../../error/index.ts';
import { checkNumber } from '../../util/check-number.ts';
import { isObject } from '../../util/is-object.ts';
import { parseJson } from '../../util/parse-json.ts';
import type { BlendPart } from '../blend-parts.ts';
import { decodeValue } from './part-json.ts';

/** Options of {@link replayBlend}. */
export interface ReplayOptions {
  /** How many times faster than it happened, above 0. @default everything at once */
  readonly speed?: number | undefined;
}

/**
 * The parts of a recording of `recordBlend`, as `streamBlend` and sessions give them, without any model.
 *
 * @param recording the text, or a stream of it such as that of a file.
 * @throws InvalidArgumentError for a speed that is none; reading fails with DataFormatError, which names the line.
 * @example
 * import { createReadStream } from 'node:fs';
 * for await (const part of replayBlend(createReadStream('blend.jsonl'))) console.log(part.type);
 */
export function replayBlend(
  recording: string | AsyncIterable<string | Uint8Array>,
  { speed }: ReplayOptions = {},
): ReadableStream<BlendPart> {
  checkNumber('speed', speed, { above: 0 });
  const left = new AbortController();
  const parts = readParts(typeof recording === 'string' ? [recording] : recording);
  let now: number | undefined;
  return new ReadableStream<BlendPart>(
    {
      async pull(controller) {
        const { done, value } = await parts.next();
        if (done === true) return controller.close();
        const waitMs = speed === undefined || now === undefined ? 0 : (value.at - now) / speed;
        now = value.at;
        // Who leaves meanwhile gets no more parts.
        if (waitMs > 0) await pause(waitMs, left.signal);
        if (!left.signal.aborted) controller.enqueue(value);
      },
      async cancel() {
        left.abort();
        await parts.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}

async function* readParts(
  chunks: Iterable<string> | AsyncIterable<string | Uint8Array>,
): AsyncGenerator<BlendPart, void, undefined> {
  let line = 0;
  let after = 0;
  for await (const text of readLines(chunks)) {
    line += 1;
    if (text.trim() === '') continue;
    const part = parsePart(text, { line, after });
    after = part.seq;
    yield part;
  }
}

async function* readLines(chunks: Iterable<string> | AsyncIterable<string | Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }))).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  yield rest + decoder.decode();
}

/** The part on a line of a recording. @throws DataFormatError naming the line. */
function parsePart(text: string, { line, after }: { line: number; after: number }): BlendPart {
  const refuse = (reason: string) => new DataFormatError({ source: 'the recording', line, reason });
  const value = parseJson(text);
  if (value === undefined) throw refuse('it is not JSON; the file may be cut off here.');
  const part = decodeValue(value);
  if (!isObject(part) || !('type' in part) || typeof part.type !== 'string') throw refuse('it is no part of a blend.');
  const { seq, at } = part as { seq?: unknown; at?: unknown };
  if (seq !== after + 1)
    throw refuse(`its number is ${JSON.stringify(seq)}, and that of the next part is ${after + 1}.`);
  if (typeof at !== 'number') throw refuse('it has no time "at".');
  return part as unknown as BlendPart;
}

/** Waits, or until the signal aborts. Without anything of Node: pages replay too. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const end = () => {
    clearTimeout(timer);
    resolve();
  };
  signal.addEventListener('abort', end, { once: true });
  return promise.finally(() => signal.removeEventListener('abort', end));
}
