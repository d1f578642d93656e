import { expect, test } from 'vitest';
import { askOnce } from './ask-once.ts';
import type { ReceivedRequest } from './replay-server.ts';
import { fixture, withHeaders } from './reply.ts';

const model = 'openai/gpt-4.1-mini';
const busy = fixture('openai/503');

/** Milliseconds between the first two requests. */
function waitedMs([first, second]: readonly ReceivedRequest[]): number {
  return (second?.receivedMs ?? 0) - (first?.receivedMs ?? 0);
}

test('an error that passes is no failure, and each request counts', async () => {
  const { candidate, requests } = await askOnce(
    model,
    (_, index) => (index < 2 ? withHeaders(busy, { 'retry-after-ms': '1' }) : fixture('openai/plain')),
    { maxRetries: 2 },
  );
  expect(candidate).toMatchObject({ finishReason: 'stop', usage: { calls: 3, inputTokens: 12, outputTokens: 20 } });
  expect(requests).toHaveLength(3);
});

// Timers are never early, and back-off of our own choice ends within a second: longer than that is the provider's wish.
test.concurrent.each([
  ['seconds', () => '2'],
  ['a date', () => new Date(Date.now() + 3000).toUTCString()],
])('Retry-After in %s is waited for', async (_, retryAfter) => {
  const { candidate, requests } = await askOnce(
    model,
    (__, index) => {
      if (index > 0) return fixture('openai/plain');
      const { 'retry-after-ms': ___, ...headers } = fixture('openai/429').headers;
      return { ...fixture('openai/429'), headers: { ...headers, 'retry-after': retryAfter() } };
    },
    { maxRetries: 1 },
  );
  expect(candidate).toBeDefined();
  expect(waitedMs(requests)).toBeGreaterThan(1490);
});

test.concurrent('Gemini says in the body how long to wait', async () => {
  const busyGemini = fixture('gemini/429');
  const body = Buffer.concat(busyGemini.chunks).toString().replace('"retryDelay": "22s"', '"retryDelay": "1.5s"');
  const { candidate, requests } = await askOnce(
    'google/gemini-2.5-flash',
    (_, index) => (index === 0 ? { ...busyGemini, chunks: [Buffer.from(body)] } : fixture('gemini/plain')),
    { maxRetries: 1 },
  );
  expect(candidate).toBeDefined();
  expect(waitedMs(requests)).toBeGreaterThan(1490);
});

test.concurrent('without a word of how long, half a second to a second', async () => {
  const { candidate, requests } = await askOnce(
    model,
    (_, index) => (index === 0 ? { ...busy, ending: 'refuse' } : fixture('openai/plain')),
    { maxRetries: 1 },
  );
  expect(candidate).toBeDefined();
  expect(waitedMs(requests)).toBeGreaterThan(490);
});
