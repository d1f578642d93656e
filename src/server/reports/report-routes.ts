import type { Context, Hono } from 'hono';
import { jobStatus, readResults } from '../../batch/job-results.ts';
import { readReport, readReportBlock } from '../../evaluate/report/report-blocks.ts';
import { errorMessage } from '../../util/error-message.ts';
import { ApiError } from '../api-error.ts';
import type { AppEnv, Route } from '../app-env.ts';
import { answeredAtOnce, readFlag } from '../blends/route-tools.ts';
import type { ServerParts } from '../server-parts.ts';
import type { ReportFolder } from './report-folders.ts';
import type { Report, ReportResults, ReportSummary } from './report-responses.ts';

/** Results in one response, and characters after which no further one is added. */
const MOST_RESULTS = 50;
const MOST_CHARACTERS = 2_000_000;

/** `/v1/reports`: what `evaluate` and `batch` have left, to be read. */
export function addReportRoutes(app: Hono<AppEnv>, parts: ServerParts): void {
  const list: Route = async () =>
    Response.json({ object: 'list', data: (await parts.reports.list()).map((found) => summaryOf(found)) });
  const retrieve: Route = async (context) => {
    const found = await findReport(parts, context);
    return Response.json(await readable(found, () => reportOf(found)));
  };
  const examples: Route = async (context) => {
    const found = await findReport(parts, context, 'evaluation');
    const block = readNumber('block', context.req.param('block') ?? '');
    const data = await readable(found, () => readReportBlock(found.path, block));
    if (data !== undefined) return Response.json({ object: 'list', data });
    throw new ApiError({
      status: 404,
      message: `The report has no block ${block}.`,
      param: 'block',
      code: 'not_found',
    });
  };
  const results: Route = async (context) => {
    const found = await findReport(parts, context, 'batch');
    const given = context.req.query('after');
    const after = given === undefined ? undefined : readNumber('after', given);
    const onlyFailed = readFlag(context, 'failed', false);
    return Response.json(await readable(found, () => resultsOf(found.path, { after, onlyFailed })));
  };
  app.get('/v1/reports', answeredAtOnce(parts, list));
  app.get('/v1/reports/:id', answeredAtOnce(parts, retrieve));
  app.get('/v1/reports/:id/examples/:block', answeredAtOnce(parts, examples));
  app.get('/v1/reports/:id/results', answeredAtOnce(parts, results));
}

/** @throws ApiError 404 */
async function findReport(
  { reports }: ServerParts,
  context: Context<AppEnv>,
  kind?: ReportFolder['kind'],
): Promise<ReportFolder> {
  const id = context.req.param('id') ?? '';
  const found = await reports.find(id);
  if (found !== undefined && (kind === undefined || found.kind === kind)) return found;
  const what = kind === undefined ? 'report' : `report of ${kind === 'batch' ? 'a batch job' : 'an evaluation'}`;
  throw new ApiError({
    status: 404,
    message: `There is no ${what} ${JSON.stringify(id.slice(0, 100))}.`,
    param: 'id',
    code: 'not_found',
  });
}

/** Reads files of a report. What is wrong with them is for the log: it names paths of this machine. */
async function readable<VALUE>({ path }: ReportFolder, read: () => Promise<VALUE>): Promise<VALUE> {
  try {
    return await read();
  } catch (error) {
    throw new Error(`The report in ${path} cannot be read: ${errorMessage(error)}`, { cause: error });
  }
}

function summaryOf({ id, kind, name, changedAt }: ReportFolder): ReportSummary {
  return { id, object: 'report', kind, name, changedAt: changedAt.toISOString() };
}

async function reportOf(found: ReportFolder): Promise<Report> {
  const summary = summaryOf(found);
  if (found.kind === 'evaluation') {
    const { results, entries, blockSize } = await readReport(found.path);
    return {
      ...summary,
      kind: 'evaluation',
      report: { results, entries: entries.map((entry) => ({ ...entry })), blockSize },
    };
  }
  const { total, done, failed, isRunning, usage, manifest } = await jobStatus(found.path);
  const { calls, inputTokens = null, outputTokens = null, cost = null } = usage;
  const command = manifest.configuration['command'];
  return {
    ...summary,
    kind: 'batch',
    status: {
      total,
      done,
      failed,
      isRunning,
      calls,
      inputTokens,
      outputTokens,
      cost,
      version: manifest.version,
      command: typeof command === 'string' ? command : null,
    },
  };
}

async function resultsOf(
  job: string,
  { after, onlyFailed }: { after: number | undefined; onlyFailed: boolean },
): Promise<ReportResults> {
  const data: ReportResults['data'] = [];
  let characters = 0;
  for await (const { index, key, failed, json } of readResults(job, { after })) {
    if (onlyFailed && !failed) continue;
    if (data.length === MOST_RESULTS || characters > MOST_CHARACTERS) {
      return { object: 'list', data, next: data.at(-1)?.index ?? null };
    }
    data.push({ index, key, failed, result: JSON.parse(json) as Record<string, unknown> });
    characters += json.length;
  }
  return { object: 'list', data, next: null };
}

/** @throws ApiError 400 */
function readNumber(name: string, given: string): number {
  if (/^\d{1,15}$/.test(given)) return Number(given);
  const message = `${name}: expected a whole number from 0, and not ${JSON.stringify(given.slice(0, 100))}.`;
  throw new ApiError({ status: 400, message, param: name });
}
