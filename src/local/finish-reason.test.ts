import { expect, test } from 'vitest';
import { finishReason } from './finish-reason.ts';

test.each([
  ['end-of-turn', 'stop'],
  ['stop-sequence', 'stop'],
  ['max-tokens', 'length'],
] as const)('%s is %s', (cause, unified) => {
  expect(finishReason(cause)).toEqual({ unified, raw: cause });
});
