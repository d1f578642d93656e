import type { Token } from 'node-llama-cpp';
import { expect, test } from 'vitest';
import { InvalidArgumentError } from '../error/index.ts';
import { readSampling, toNativeSampling } from './sampling.ts';

const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Hi' }] }];

test('defaults', () => {
  expect(readSampling({ prompt }, { random: () => 0.5 })).toEqual({
    temperature: 0.8,
    topP: 0.95,
    topK: 40,
    seed: 2_147_483_647,
    presencePenalty: 0,
    frequencyPenalty: 0,
    repeatable: false,
  });
});

test('0 is a value, not absence', () => {
  const sampling = readSampling({ prompt, temperature: 0, topK: 0, seed: 0 });
  expect(sampling).toMatchObject({ temperature: 0, topK: 0, seed: 0, repeatable: true });
});

test('repeatable with a seed or without chance', () => {
  expect(readSampling({ prompt, seed: 7 }).repeatable).toBe(true);
  expect(readSampling({ prompt, temperature: 0 }).repeatable).toBe(true);
  expect(readSampling({ prompt, temperature: 0.1 }).repeatable).toBe(false);
});

test('every whole number is a seed of its own, and none of them means random', () => {
  const seedOf = (seed: number) => readSampling({ prompt, seed }).seed;
  expect([1, 2, -1, -2, 2 ** 32 + 5].map(seedOf)).toEqual([1, 2, 4_294_967_294, 4_294_967_294, 5]);
  expect(seedOf(0xffff_ffff)).toBe(0xffff_fffe);
});

test.each([
  { temperature: -1 },
  { temperature: NaN },
  { topP: 0 },
  { topP: 1.1 },
  { topK: 1.5 },
  { topK: -1 },
  { seed: 0.5 },
  { presencePenalty: Infinity },
])('%j is refused', (settings) => {
  expect(() => readSampling({ prompt, ...settings })).toThrow(InvalidArgumentError);
});

test('penalties see the tokens generated so far', () => {
  const generated: Token[] = [];
  const { repeatPenalty } = toNativeSampling(readSampling({ prompt, presencePenalty: 0.5 }), generated, 100);
  generated.push(5 as Token);
  expect(typeof repeatPenalty?.punishTokens === 'function' && repeatPenalty.punishTokens()).toEqual([5]);
  expect(repeatPenalty).toMatchObject({ penalty: 1, presencePenalty: 0.5, frequencyPenalty: 0, maxPunishTokens: 100 });
  expect(toNativeSampling(readSampling({ prompt }), generated, 100).repeatPenalty).toBeUndefined();
});
