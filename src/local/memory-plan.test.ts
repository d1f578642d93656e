import { expect, test } from 'vitest';
import { planContext } from './memory-plan.ts';

/** A model that takes one byte for each token of each call. */
function plan(
  freeBytes: number,
  asked: { contextTokens?: number; maxParallelCalls?: number; trainedTokens?: number } = {},
) {
  return planContext({
    trainedTokens: asked.trainedTokens ?? 8192,
    contextTokens: asked.contextTokens,
    maxParallelCalls: asked.maxParallelCalls,
    freeBytes,
    estimateBytes: async (contextTokens, maxParallelCalls) => contextTokens * maxParallelCalls,
  });
}

test('ample memory gives the defaults', async () => {
  expect(await plan(1e9)).toEqual({ contextTokens: 4096, maxParallelCalls: 4, bytes: 16_384 });
  expect(await plan(1e9, { trainedTokens: 2048 })).toMatchObject({ contextTokens: 2048, maxParallelCalls: 4 });
});

test('less memory takes calls away first, then tokens', async () => {
  expect(await plan(3 * 4096 * 3)).toMatchObject({ contextTokens: 4096, maxParallelCalls: 3 });
  expect(await plan(3 * 4096)).toMatchObject({ contextTokens: 4096, maxParallelCalls: 1 });
  expect(await plan(3 * 2048)).toMatchObject({ contextTokens: 2048, maxParallelCalls: 1 });
  expect(await plan(10)).toEqual({ contextTokens: 1024, maxParallelCalls: 1, bytes: 1024 });
});

test('what was asked for stays', async () => {
  expect(await plan(10, { contextTokens: 8192, maxParallelCalls: 8 })).toMatchObject({
    contextTokens: 8192,
    maxParallelCalls: 8,
  });
  expect(await plan(3 * 2048 * 2, { maxParallelCalls: 2 })).toMatchObject({ contextTokens: 2048, maxParallelCalls: 2 });
  expect(await plan(3 * 512, { contextTokens: 512 })).toMatchObject({ contextTokens: 512, maxParallelCalls: 1 });
});
