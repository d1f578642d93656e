import { expect, test } from 'vitest';
import { formatCell, formatValue } from './format-cell.ts';

test('shares are in percent, and what is rounded to zero has no sign', () => {
  expect(formatValue(0.1234, { form: 'share' })).toBe('12.3');
  expect(formatValue(-0.0004, { form: 'share' })).toBe('0.0');
  expect(formatValue(-0.0004, { form: 'number', digits: 3 })).toBe('0.000');
  expect(formatValue(-0.0006, { form: 'number', digits: 3 })).toBe('-0.001');
  const cell = { value: -0.001, low: -0.2, high: -0, prompts: 9, standing: null };
  expect(formatCell(cell, { form: 'number', digits: 2 })).toBe('0.00 [-0.20, 0.00]');
});
