import { AsyncLocalStorage } from 'node:async_hooks';

/** What a call is made for. */
export interface Work {
  /** Undefined for a call that no verb made. */
  readonly phase?: 'generate' | 'compare' | 'fuse' | undefined;
  /** Id of the candidate that is generated. */
  readonly candidate?: string | undefined;
}

const storage = new AsyncLocalStorage<Work>();

/** Does something as part of a piece of work, which all calls that it makes can tell. */
export function doWork<RESULT>(work: Work, action: () => RESULT): RESULT {
  return storage.run(work, action);
}

/** The piece of work that is under way. */
export function currentWork(): Work {
  return storage.getStore() ?? {};
}
