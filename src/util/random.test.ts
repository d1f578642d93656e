import { expect, test } from 'vitest';
import { createRandom } from './random.ts';

function moments(draw: () => number): { mean: number; variance: number } {
  const values = Array.from({ length: 20_000 }, draw);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
}

test('the same seed gives the same numbers, another seed others', () => {
  const draw = (seed: number) => Array.from({ length: 5 }, createRandom(seed).uniform);
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
});

test('the numbers have the moments of their distributions', () => {
  const random = createRandom(7);
  const uniform = moments(random.uniform);
  expect(uniform.mean).toBeCloseTo(0.5, 1);
  expect(uniform.variance).toBeCloseTo(1 / 12, 2);
  const normal = moments(random.normal);
  expect(normal.mean).toBeCloseTo(0, 1);
  expect(normal.variance).toBeCloseTo(1, 1);
  // Mean and variance of a gamma distribution with scale 1 are both its shape.
  const gamma = moments(() => random.gamma(3.5));
  expect(Math.abs(gamma.mean - 3.5)).toBeLessThan(0.07);
  expect(Math.abs(gamma.variance - 3.5)).toBeLessThan(0.25);
});
