import { dataEvent } from '../sse.ts';
import { LineLog } from './line-log.ts';
import type { ModelNews } from './model-news.ts';
import type { PackedLines } from './packed-lines.ts';

/** Parts that are sent at once to who joins late. */
const BATCH = 100;

/**
 * The parts of a session after the first `after` as events, and between them the news of models while the session is open.
 * Every reader has its own place.
 */
export async function* partEvents(
  lines: LineLog | PackedLines,
  { after, news, gone }: { after: number; news: ModelNews; /** Aborts when the reader has left. */ gone: AbortSignal },
): AsyncGenerator<string> {
  if (lines instanceof LineLog) yield* logEvents(lines, { after, news, gone });
  else yield* packedEvents(lines, after);
}

async function* logEvents(
  log: LineLog,
  { after, news, gone }: { after: number; news: ModelNews; gone: AbortSignal },
): AsyncGenerator<string> {
  let next = after;
  let change = Promise.withResolvers<void>();
  const wake = () => change.resolve();
  const ending = log.onChange(wake);
  const models = news.read(wake);
  gone.addEventListener('abort', wake, { once: true });
  try {
    while (!gone.aborted) {
      change = Promise.withResolvers();
      const batch = log.slice(next, next + BATCH);
      const events = batch.map((line, index) => partEvent(next + index + 1, line));
      next += batch.length;
      const text = [...events, ...models.take().map((data) => `event: model\n${dataEvent(data)}`)].join('');
      if (text !== '') yield text;
      else if (log.isEnded) return;
      else await change.promise;
    }
  } finally {
    ending();
    models.end();
  }
}

async function* packedEvents(lines: PackedLines, after: number): AsyncGenerator<string> {
  let seq = after;
  let events: string[] = [];
  for await (const line of lines.read(after)) {
    seq += 1;
    events.push(partEvent(seq, line));
    if (events.length < BATCH) continue;
    yield events.join('');
    events = [];
  }
  if (events.length > 0) yield events.join('');
}

/** A line has its line end. */
function partEvent(seq: number, line: string): string {
  return `id: ${seq}\ndata: ${line}\n`;
}
