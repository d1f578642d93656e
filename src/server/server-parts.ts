import type { Blender, ProvidersOptions } from '../index.ts';
import type { Environment } from '../util/environment.ts';
import type { ToolCallMemory } from './answer/tool-call-memory.ts';
import type { BlendChoices } from './blends/blend-choices.ts';
import type { BlendSessions } from './blends/blend-sessions.ts';
import type { ModelNews } from './blends/model-news.ts';
import type { RequestGate } from './request-gate.ts';
import type { ServedModels } from './served-models.ts';
import type { ServedRankers } from './served-rankers.ts';
import type { ServerLimits } from './server-limits.ts';

/** What the routes work with. */
export interface ServerParts {
  readonly blender: Blender;
  readonly models: ServedModels;
  readonly rankers: ServedRankers;
  readonly limits: ServerLimits;
  readonly gate: RequestGate;
  readonly memory: ToolCallMemory;
  readonly choices: BlendChoices;
  readonly sessions: BlendSessions;
  readonly news: ModelNews;
  /** Where the models are, and the keys of providers. */
  readonly environment: {
    readonly providers?: ProvidersOptions | undefined;
    readonly env?: Environment | undefined;
  };
  /** Whether streams tell the steps of a blend, where the request does not say. */
  readonly showProgress: boolean;
  /** Milliseconds without an event after which a comment is sent; undefined = the default. */
  readonly keepAliveMs: number | undefined;
  /** Logs why a request has failed. */
  readonly report: (error: unknown, requestId: string) => void;
}
