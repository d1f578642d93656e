import { setTimeout as delay } from 'node:timers/promises';
import { checkNumber } from '../../util/check-number.ts';
import type { BlendPart } from '../blend-parts.ts';
import { parsePart } from './part-line.ts';

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
        if (waitMs > 0) await delay(waitMs, undefined, { signal: left.signal }).catch(() => {});
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
