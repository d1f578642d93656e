import { encodeValue } from '../../blend/record/part-json.ts';
import type { SessionTimes, LiveBlend } from './live-blend.ts';

/** A session as lists have it. */
export function describeBlend(blend: LiveBlend, { keepMs }: SessionTimes) {
  const { id, status, summary, createdAt, closedAt, closedBy } = blend;
  return {
    id,
    object: 'blend',
    status,
    ...summary,
    createdAt: new Date(createdAt).toISOString(),
    closedAt: closedAt === undefined ? null : new Date(closedAt).toISOString(),
    closedBy: closedBy ?? null,
    expiresAt: closedAt === undefined ? null : new Date(closedAt + keepMs).toISOString(),
  };
}

/** The same with its state, as recordings hold values for which JSON has no word. */
export async function describeWithState(blend: LiveBlend, times: SessionTimes) {
  // Before the rest, which does not go on while the state is read.
  const state = encodeValue(await blend.readState(), (text) => text);
  return { ...describeBlend(blend, times), state };
}
