import { describe, expect, onTestFinished, test } from 'vitest';
import { FakeFuser, FakeLanguageModel, FakePairRanker, HANG } from '../test/index.ts';
import { streamBlend } from './blend.ts';
import type { BlendOptions } from './blend-options.ts';
import type { BlendPart } from './blend-parts.ts';

const say = (text: string) => new FakeLanguageModel({ modelId: text, answer: text });
const longer = () => new FakePairRanker({ judge: ({ left, right }) => left.length - right.length });

async function collect<VALUE>(stream: ReadableStream<VALUE>): Promise<readonly VALUE[]> {
  const values: VALUE[] = [];
  for await (const value of stream) values.push(value);
  return values;
}

/** A blend of two answers and their fusion. */
const start = (options: Partial<BlendOptions> = {}) =>
  streamBlend({
    prompt: 'Say something.',
    models: [say('one'), say('three')],
    ranker: longer(),
    fuser: new FakeFuser({ write: ({ candidates }) => candidates.join(' ') }),
    ...options,
  });

describe('results beside the parts', () => {
  test('text, decision, candidates, failures, usage and result, without reading the parts', async () => {
    const stream = start();
    expect(await stream.text).toBe('three one');
    expect(await stream.decision).toBe('fused');
    expect((await stream.candidates).map(({ text }) => text)).toEqual(['three', 'one']);
    expect(await stream.failures).toEqual([]);
    expect(await stream.usage).toMatchObject({ calls: 2 + 2 + 1 + 2 });
    expect(await stream.object).toBeUndefined();
    const result = await stream.result;
    expect(result).toMatchObject({ text: 'three one', usage: await stream.usage });
    // The parts are still there, from the beginning.
    const parts = await collect(stream);
    expect([parts[0]?.type, parts.at(-1)]).toMatchObject(['blend-start', { type: 'blend-end', result }]);
  });

  test('the text comes once it is decided, for every reader', async () => {
    const [fused, kept] = [start(), start({ fuser: new FakeFuser({ write: () => 'bad' }) })];
    const order: string[] = [];
    const [first, second, parts] = await Promise.all([
      collect(fused.textStream).then((texts) => (order.push('text'), texts)),
      collect(fused.textStream),
      (async () => {
        for await (const { type } of fused) if (type === 'fusion-end' || type === 'blend-end') order.push(type);
      })(),
    ]);
    expect([first, second, parts]).toEqual([['three one'], ['three one'], undefined]);
    expect(order.indexOf('fusion-end')).toBeLessThan(order.indexOf('text'));
    expect(await collect(kept.textStream)).toEqual(['three']);
    // A late reader has it as well.
    expect(await collect(fused.textStream)).toEqual(['three one']);
  });

  test('the text goes where web streams go', async () => {
    expect(await new Response(start().textStream.pipeThrough(new TextEncoderStream())).text()).toBe('three one');
    const [left, right] = start().tee();
    expect((await collect(left)).length).toBe((await collect(right)).length);
  });
});

describe('a blend that fails', () => {
  const failing = () =>
    start({ models: [new FakeLanguageModel({ answer: new Error('the key was refused') })], maxRetries: 0 });

  test('fails everywhere with the same error', async () => {
    const stream = failing();
    const error = await stream.result.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'NoCandidatesError' });
    await expect(stream.text).rejects.toBe(error);
    await expect(collect(stream.textStream)).rejects.toBe(error);
    const parts: BlendPart[] = [];
    const reading = (async () => {
      for await (const part of stream) parts.push(part);
    })();
    await expect(reading).rejects.toBe(error);
  });

  test('is no unhandled rejection, with or without readers', async () => {
    const unhandled: unknown[] = [];
    const onUnhandled = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', onUnhandled);
    onTestFinished(() => void process.off('unhandledRejection', onUnhandled));
    for (const ask of [
      () => failing(),
      () => failing().textStream,
      () => {
        const { text, candidates, usage, result } = failing();
        return [text, candidates, usage, result];
      },
      async () => {
        const { text, candidates } = failing();
        await expect(text).rejects.toThrow('No model gave an answer');
        return candidates;
      },
      () => start({ temperature: -1 }),
    ]) {
      await Promise.allSettled([ask()]);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(unhandled).toEqual([]);
  });
});

describe('who leaves, and who keeps the blend running', () => {
  const hang = () => new FakeLanguageModel({ answer: HANG });
  /** Waits until the model was asked. */
  const asked = async (model: FakeLanguageModel) => {
    await expect.poll(() => model.running).toBe(1);
  };

  test('the only reader of the parts leaves: all calls end', async () => {
    const model = hang();
    for await (const part of start({ models: [model] })) if (part.type === 'candidate-start') break;
    await expect.poll(() => model.running).toBe(0);
  });

  test('the only reader of the text leaves: all calls end, and the promises reject with the reason', async () => {
    const model = hang();
    const stream = start({ models: [model] });
    const text = stream.textStream;
    await asked(model);
    const reason = new Error('the client is gone');
    await text.cancel(reason);
    await expect.poll(() => model.running).toBe(0);
    await expect(stream.result).rejects.toBe(reason);
    await expect(collect(stream)).rejects.toBe(reason);
  });

  test('one of two readers leaves: the blend goes on for the other', async () => {
    for (const leave of ['parts', 'text'] as const) {
      const stream = start();
      const text = stream.textStream;
      if (leave === 'parts') {
        for await (const { type } of stream) if (type === 'candidate-start') break;
        expect(await collect(text)).toEqual(['three one']);
      } else {
        const reader = stream.getReader();
        await text.cancel();
        const types: (string | undefined)[] = [];
        for (let part = await reader.read(); !part.done; part = await reader.read()) types.push(part.value.type);
        expect(types.at(-1)).toBe('blend-end');
      }
    }
  });

  test('both leave, in either order: all calls end', async () => {
    for (const first of ['parts', 'text'] as const) {
      const model = hang();
      const stream = start({ models: [model] });
      const text = stream.textStream;
      await asked(model);
      if (first === 'text') {
        const reader = stream.getReader();
        await text.cancel();
        expect(model.running).toBe(1);
        await reader.cancel();
      } else {
        await stream.cancel();
        expect(model.running).toBe(1);
        await text.cancel();
      }
      await expect.poll(() => model.running).toBe(0);
    }
  });

  test('who has asked for a promise gets it, though all readers leave', async () => {
    const stream = start();
    const { result } = stream;
    await stream.textStream.cancel();
    await stream.cancel();
    expect(await result).toMatchObject({ text: 'three one' });
  });

  test('the abortSignal ends everything, with its reason', async () => {
    const model = hang();
    const controller = new AbortController();
    const stream = start({ models: [model], abortSignal: controller.signal });
    const reason = new Error('enough');
    const outcomes = Promise.allSettled([stream.text, stream.result, collect(stream.textStream), collect(stream)]);
    await asked(model);
    controller.abort(reason);
    expect(await outcomes).toEqual(Array.from({ length: 4 }, () => ({ status: 'rejected', reason })));
    await expect.poll(() => model.running).toBe(0);
  });

  test('leaving after the end changes nothing', async () => {
    const stream = start();
    await stream.text;
    await stream.textStream.cancel();
    await stream.cancel();
    expect(await stream.text).toBe('three one');
  });
});

describe('the fused answer as it is written', () => {
  const streamed = (options: Partial<BlendOptions> = {}) => start({ stream: 'fused', ...options });

  test('comes in pieces, and is not checked', async () => {
    const ranker = longer();
    const stream = streamed({ ranker });
    expect(await collect(stream.textStream)).toEqual(['three ', 'one']);
    const result = await stream.result;
    expect(result).toMatchObject({
      text: 'three one',
      decision: 'fused',
      decisionReason: 'The fused answer was streamed as it was written, without a check against the best candidate.',
      fused: { probability: undefined },
    });
    expect(result.comparisons.map(({ phase }) => phase)).toEqual(['rank']);
    // Who comes late has all of it.
    expect(await collect(stream.textStream)).toEqual(['three ', 'one']);
    const parts = await collect(stream);
    expect(parts[0]).toMatchObject({ type: 'blend-start', stream: 'fused' });
    expect(parts.at(-2)).toMatchObject({ type: 'check-end', decision: 'fused', probability: undefined });
  });

  test('comes before the fusion has ended', async () => {
    const { promise: goOn, resolve } = Promise.withResolvers<void>();
    const fuser = new FakeFuser({
      write: async ({ onDelta }) => {
        onDelta?.('first ');
        await goOn;
        return 'second';
      },
    });
    const reader = streamed({ fuser }).textStream.getReader();
    expect(await reader.read()).toEqual({ done: false, value: 'first ' });
    resolve();
    expect(await reader.read()).toEqual({ done: false, value: 'second' });
  });

  test('is the best candidate where nothing is fused, or the fusion fails at once', async () => {
    for (const options of [{ fusion: false }, { models: [say('three')] }, { fuser: new FakeFuser() }]) {
      const stream = streamed(options);
      expect(await collect(stream.textStream)).toEqual(['three']);
      expect(await stream.decision).toBe('best-candidate');
    }
  });

  test('fails where the fusion fails in its middle; the result is the best candidate', async () => {
    const fuser = new FakeFuser({
      write: ({ onDelta }) => {
        onDelta?.('half ');
        throw new Error('the line broke');
      },
    });
    const stream = streamed({ fuser });
    await expect(collect(stream.textStream)).rejects.toThrow(
      'The fusion failed after a part of it was streamed: the line broke',
    );
    expect(await stream.text).toBe('three');
  });

  test('cannot take back a thought, and leaves a cleaned text as it was written', async () => {
    const writing = (reason: 'thought' | 'cleaned') =>
      new FakeFuser({
        write: ({ onDelta, onRestart }) => {
          onDelta?.('Well.');
          onRestart?.(reason);
          return 'Done.';
        },
      });
    expect((await collect(streamed({ fuser: writing('thought') }).textStream)).join('')).toBe('Well.\n\nDone.');
    const cleaned = streamed({ fuser: writing('cleaned') });
    expect(await collect(cleaned.textStream)).toEqual(['Well.']);
    expect(await cleaned.text).toBe('Done.');
  });

  test('is a setting of a named blend, too', async () => {
    const blends = { mine: { models: [say('one'), say('three')], stream: 'fused' } } as const;
    const stream = start({ models: undefined, blend: 'mine', blends });
    expect(await collect(stream.textStream)).toEqual(['three ', 'one']);
  });
});
