import type { ReportData, ReportExample } from '../../../src/evaluate/report/report-data.ts';
import { request } from '../api/request.ts';

/** A report in the list. */
export interface ReportSummary {
  readonly id: string;
  readonly name: string;
  readonly kind: 'evaluation' | 'batch';
  /** ISO 8601. */
  readonly changedAt: string;
}

/** How far a job is, and what it has spent. */
export interface JobFigures {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly isRunning: boolean;
  readonly calls: number;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  /** US dollars. */
  readonly cost: number | null;
  readonly version: string;
  readonly command: string | null;
}

export type Report = ReportSummary &
  (
    | { readonly kind: 'evaluation'; readonly report: ReportData }
    | { readonly kind: 'batch'; readonly status: JobFigures }
  );

/** One result of a job. */
export interface JobResult {
  readonly index: number;
  readonly key: string;
  readonly failed: boolean;
  readonly result: Readonly<Record<string, unknown>>;
}

export interface JobResults {
  readonly data: readonly JobResult[];
  /** What to give as `after` for those that follow; null where none do. */
  readonly next: number | null;
}

const BASE = '/v1/reports';

export async function listReports(): Promise<readonly ReportSummary[]> {
  return (await read<{ data: readonly ReportSummary[] }>('')).data;
}

export function getReport(id: string): Promise<Report> {
  return read(`/${encodeURIComponent(id)}`);
}

export async function readExamples(id: string, block: number): Promise<readonly ReportExample[]> {
  return (await read<{ data: readonly ReportExample[] }>(`/${encodeURIComponent(id)}/examples/${block}`)).data;
}

export function readResults(
  id: string,
  { after, onlyFailed }: { after: number | undefined; onlyFailed: boolean },
): Promise<JobResults> {
  const query = new URLSearchParams({
    failed: String(onlyFailed),
    ...(after === undefined ? {} : { after: String(after) }),
  });
  return read(`/${encodeURIComponent(id)}/results?${query.toString()}`);
}

async function read<BODY>(path: string): Promise<BODY> {
  return (await (await request(BASE + path)).json()) as BODY;
}
