import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { LinkedAbort } from './linked-abort.ts';

test('it aborts with its parent and on its own, and leaves no listener on the parent', () => {
  const parent = new AbortController();
  {
    using linked = new LinkedAbort(parent.signal);
    expect(getEventListeners(parent.signal, 'abort')).toHaveLength(1);
    linked.abort('own');
    expect([linked.signal.reason, parent.signal.aborted]).toEqual(['own', false]);
  }
  expect(getEventListeners(parent.signal, 'abort')).toHaveLength(0);
  using before = new LinkedAbort(parent.signal);
  parent.abort('parent');
  using after = new LinkedAbort(parent.signal);
  using alone = new LinkedAbort(undefined);
  expect([before.signal.reason, after.signal.reason, alone.signal.aborted]).toEqual(['parent', 'parent', false]);
});
