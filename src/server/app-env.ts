import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { StoredKey } from './keys/api-key.ts';

/** What is known of a request while it is answered. */
export interface AppEnv {
  Bindings: HttpBindings;
  Variables: {
    requestId: string;
    /** The key it came with; undefined where none is needed. */
    key: StoredKey | undefined;
  };
}

/** A route of this server. */
export type Route = (context: Context<AppEnv>) => Promise<Response>;
