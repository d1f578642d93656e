import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';

/** What is known of a request while it is answered. */
export interface AppEnv {
  Bindings: HttpBindings;
  Variables: {
    requestId: string;
    /** Id of the key it came with; undefined where none is needed. */
    keyId: string | undefined;
  };
}

/** A route of this server. */
export type Route = (context: Context<AppEnv>) => Promise<Response>;
