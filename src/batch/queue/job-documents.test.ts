import { expect, test } from 'vitest';
import { newJobState, noteRefusal } from './job-documents.ts';

test('the last hundred refusals are kept', () => {
  const state = newJobState({ done: 0, failed: 0 });
  for (let number = 1; number <= 250; number += 1) noteRefusal(state, `worker-${number}`, `no key ${number}`);
  expect(Object.keys(state.refusals)).toHaveLength(100);
  expect(Object.entries(state.refusals)[0]).toEqual(['worker-151', 'no key 151']);
  expect(state.refusals['worker-250']).toBe('no key 250');
});
