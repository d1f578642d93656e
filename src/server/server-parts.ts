import type { Blender } from '../index.ts';
import type { IdempotentAnswers } from './answer/idempotent-answers.ts';
import type { ToolCallMemory } from './answer/tool-call-memory.ts';
import type { BlendParts } from './blends/blend-parts.ts';
import type { ServerMetrics } from './metrics/server-metrics.ts';
import type { ReportFolders } from './reports/report-folders.ts';
import type { RequestGate } from './request-gate.ts';
import type { ServedModels } from './served-models.ts';
import type { ServedRankers } from './served-rankers.ts';
import type { ServerLimits } from './server-limits.ts';

/** What the routes work with. */
export interface ServerParts extends BlendParts {
  readonly blender: Blender;
  readonly models: ServedModels;
  readonly rankers: ServedRankers;
  readonly limits: ServerLimits;
  readonly reports: ReportFolders;
  readonly gate: RequestGate;
  readonly metrics: ServerMetrics;
  readonly memory: ToolCallMemory;
  readonly answers: IdempotentAnswers;
  /** Whether streams tell the steps of a blend, where the request does not say. */
  readonly showProgress: boolean;
  /** Milliseconds without an event after which a comment is sent; undefined = the default. */
  readonly keepAliveMs: number | undefined;
  /** Logs why a request has failed. */
  readonly report: (error: unknown, requestId: string) => void;
}
