import { describe, expect, test } from 'vitest';
import { FakeFuser, FakeLanguageModel, FakePairRanker } from '../../test/index.ts';
import { streamBlend } from '../blend.ts';
import type { BlendOptions } from '../blend-options.ts';
import type { BlendPart } from '../blend-parts.ts';
import { BlendSession } from '../session/blend-session.ts';
import { INITIAL_BLEND_STATE, reduceBlend } from '../session/session-state.ts';
import { formatPart, type RecordOptions } from './part-line.ts';
import { recordBlend } from './record-blend.ts';
import { replayBlend } from './replay-blend.ts';

const KEY = 'sk-abcdefghijklmnopqrst';
const say = (text: string) => new FakeLanguageModel({ modelId: 'm', answer: text });

const options = (more: Partial<BlendOptions> = {}): BlendOptions => ({
  prompt: 'What is secret?',
  models: [say('one'), say('three'), new FakeLanguageModel({ modelId: 'bad', answer: new Error('broken') })],
  ranker: new FakePairRanker({
    // No opinion on one order: a logit that JSON has no word for.
    judge: ({ left, right }) => (left.length < right.length ? Number.NaN : left.length - right.length),
  }),
  fuser: new FakeFuser({ write: ({ candidates }) => candidates.join('\u2028') }),
  maxRetries: 0,
  ...more,
});

async function collect<VALUE>(values: AsyncIterable<VALUE>): Promise<readonly VALUE[]> {
  const all: VALUE[] = [];
  for await (const value of values) all.push(value);
  return all;
}

/** What happened, and its recording. */
async function record(stream: ReadableStream<BlendPart>, what?: RecordOptions) {
  const [left, right] = stream.tee();
  const [parts, lines] = await Promise.all([collect(left), collect(recordBlend(right, what))]);
  return { parts, text: lines.join('') };
}

test('a replay is equal to the run', async () => {
  const { parts, text } = await record(streamBlend(options()));
  expect(text.split('\n')).toHaveLength(parts.length + 1);
  expect(parts.some((part) => JSON.stringify(part) !== formatPart(part).trim())).toBe(true);
  expect(await collect(replayBlend(text))).toEqual(parts);
});

test('a session of several turns is, too, and comes to the same state', async () => {
  const session = new BlendSession(options());
  const recording = record(session.parts());
  await session.run();
  await session.fuse({ topK: 2 });
  await session.compare('1', 'fused');
  await session.continueFrom('2', 'And then?');
  await session.run();
  await session.close();
  const { parts, text } = await recording;
  const replayed = await collect(replayBlend(text));
  expect(replayed).toEqual(parts);
  expect(replayed.reduce(reduceBlend, INITIAL_BLEND_STATE)).toEqual(session.state);
});

test('keys are stripped unless told, prompts if told', async () => {
  const models = [say(`The key is ${KEY}.`), say('It is in a drawer, as you know.')];
  const { text } = await record(streamBlend(options({ models })));
  expect(text).not.toContain(KEY);
  expect(text).toContain('The key is [redacted].');
  expect(text).toContain('What is secret?');
  const kept = await record(streamBlend(options({ models })), { stripKeys: false, stripPrompts: true });
  expect(kept.text).toContain(KEY);
  expect(kept.text).not.toContain('What is secret?');
});

test('a blend that fails ends with a part that says why', async () => {
  const models = [new FakeLanguageModel({ answer: new Error('broken') })];
  const lines = await collect(recordBlend(streamBlend(options({ models }))));
  const parts = await collect(replayBlend(lines.join('')));
  expect(parts.at(-1)).toMatchObject({ type: 'blend-error', message: expect.stringContaining('broken') });
});

test.each([
  Number.NaN,
  Infinity,
  -Infinity,
  [undefined, 1],
  { $: 'NaN' },
  { $: { $: 'x' } },
  { $: 'object', value: 1 },
  [{ $: 1 }],
])('a value comes back as it was: %j', async (value) => {
  const part = { seq: 1, at: 0, type: 'candidate-end', candidate: { object: value } } as unknown as BlendPart;
  expect(await collect(replayBlend(formatPart(part)))).toEqual([part]);
});

describe('a recording', () => {
  const line = (seq: number) => formatPart({ seq, at: seq * 10, type: 'session-end' });

  test('may come in any pieces, with other line ends and empty lines', async () => {
    const text = `${line(1)}\n${line(2).replace('\n', '\r\n')}${formatPart({ seq: 3, at: 30, type: 'blend-error', message: 'ü🎉' }).trim()}`;
    const bytes = new TextEncoder().encode(text);
    const pieces = Array.from({ length: Math.ceil(bytes.length / 3) }, (_, index) =>
      bytes.slice(index * 3, index * 3 + 3),
    );
    const parts = await collect(replayBlend(ReadableStream.from(pieces)));
    expect(parts).toEqual(await collect(replayBlend(text)));
    expect(parts.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(parts[2]).toMatchObject({ message: 'ü🎉' });
    expect(await collect(replayBlend(''))).toEqual([]);
  });

  test.each([
    [line(1) + '{"seq":2,"at"', 'the recording, line 2: it is not JSON; the file may be cut off here.'],
    [line(2), 'the recording, line 1: its number is 2, and that of the next part is 1.'],
    [line(1) + line(1), 'the recording, line 2: its number is 1, and that of the next part is 2.'],
    ['[1]\n', 'the recording, line 1: it is no part of a blend.'],
    ['{"type":"session-end"}', 'its number is undefined'],
    ['{"type":"session-end","seq":1}', 'it has no time "at".'],
  ])('with a mistake is refused at that line: %j', async (text, message) => {
    await expect(collect(replayBlend(text))).rejects.toThrow(message);
  });

  test('plays at a speed, and who leaves gets no more', async () => {
    const parts = await collect(replayBlend(line(1) + line(2) + line(3), { speed: 100 }));
    expect(parts).toHaveLength(3);
    const slow = replayBlend(line(1) + line(2), { speed: 0.000_001 }).getReader();
    await slow.read();
    const next = slow.read();
    await slow.cancel();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(() => replayBlend('', { speed: 0 })).toThrow('Invalid speed 0: expected a number above 0.');
  });
});
