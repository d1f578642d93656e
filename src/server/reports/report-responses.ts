import { z } from 'zod';

const common = {
  id: z.string(),
  object: z.literal('report'),
  name: z.string().describe('Of its folder.'),
  changedAt: z.string().describe('ISO 8601.'),
};

const kind = z.enum(['evaluation', 'batch']);

/** A report as the list has it. */
export const reportSummary = z.object({ ...common, kind });

export const reportList = z.object({ object: z.literal('list'), data: z.array(reportSummary) });

/** A run of `evaluate`. */
const evaluationReport = z.object({
  ...common,
  kind: z.literal('evaluation'),
  report: z
    .looseObject({
      results: z.looseObject({}),
      entries: z.array(z.looseObject({ id: z.string(), title: z.string() })),
      blockSize: z.int().min(1).describe('Examples in a block.'),
    })
    .describe('`results.json`, and the beginnings of all examples.'),
});

/** A job of `batch`. */
const batchReport = z.object({
  ...common,
  kind: z.literal('batch'),
  status: z.object({
    total: z.int(),
    done: z.int(),
    failed: z.int(),
    isRunning: z.boolean(),
    calls: z.int(),
    inputTokens: z.int().nullable(),
    outputTokens: z.int().nullable(),
    cost: z.number().nullable().describe('US dollars; null where a price is not known.'),
    version: z.string().describe('Of the package that began it.'),
    command: z.string().nullable(),
  }),
});

/** A report with its figures. */
export const report = z.discriminatedUnion('kind', [evaluationReport, batchReport]);

/** A block of the examples of an evaluation. */
export const reportExamples = z.object({
  object: z.literal('list'),
  data: z.array(z.looseObject({ id: z.string(), goldRanks: z.array(z.number().nullable()).nullable() })),
});

/** Results of a job, in the order of the input. */
export const reportResults = z.object({
  object: z.literal('list'),
  data: z.array(
    z.object({
      index: z.int().describe('Of the record in the input, from 0.'),
      key: z.string(),
      failed: z.boolean(),
      result: z.looseObject({}).describe('The line of output; with `error` where it failed.'),
    }),
  ),
  next: z.int().nullable().describe('What to give as `after` for those that follow; null where none do.'),
});

export type Report = z.infer<typeof report>;
export type ReportSummary = z.infer<typeof reportSummary>;
export type ReportResults = z.infer<typeof reportResults>;
