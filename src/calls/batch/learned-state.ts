import { currentCallJournal } from '../journal/call-journal.ts';
import type { BatchedCalls } from './batched-calls.ts';

const ofWork = new WeakMap<BatchedCalls, Map<object, object>>();

/**
 * What is learned of a model from its answers. Work whose calls go into batches is done several times, and asks the same
 * each time only where it has learned of its own answers alone: it gets a state of its own.
 *
 * @param shared the state for all other work
 * @param create a new state
 */
export function learnedState<STATE extends object>(shared: STATE, create: () => STATE): STATE {
  const batch = currentCallJournal()?.batch;
  if (batch === undefined) return shared;
  let states = ofWork.get(batch);
  if (states === undefined) ofWork.set(batch, (states = new Map<object, object>()));
  let state = states.get(shared) as STATE | undefined;
  if (state === undefined) states.set(shared, (state = create()));
  return state;
}
