import { z } from 'zod';
import { COMMON_ERRORS } from '../openapi/error-responses.ts';
import type { Operations, Parameter } from '../openapi/operation.ts';
import { report, reportExamples, reportList, reportResults } from './report-responses.ts';

const ID: Parameter = {
  name: 'id',
  in: 'path',
  description: 'Id of the report, from the list.',
  schema: z.string().min(1),
};

const errors = [...COMMON_ERRORS, 404, 503];

/** `/v1/reports`: runs of `evaluate` and jobs of `batch` in the folders that the server was given. */
export const REPORT_OPERATIONS: Operations = {
  'GET /v1/reports': {
    id: 'listReports',
    summary: 'Runs of evaluate and jobs of batch, those that changed last first.',
    replies: { 200: { description: 'The reports.', body: { name: 'ReportList', schema: reportList } } },
    errors: [...COMMON_ERRORS, 503],
  },
  'GET /v1/reports/{id}': {
    id: 'retrieveReport',
    summary: 'The figures of an evaluation, or how far a job is and what it has spent.',
    parameters: [ID],
    replies: { 200: { description: 'The report.', body: { name: 'Report', schema: report } } },
    errors,
  },
  'GET /v1/reports/{id}/examples/{block}': {
    id: 'readReportExamples',
    summary: 'A block of the examples of an evaluation, with all answers.',
    parameters: [
      ID,
      { name: 'block', in: 'path', description: 'Number of the block, from 0.', schema: z.string().regex(/^\d{1,9}$/) },
    ],
    replies: { 200: { description: 'The examples.', body: { name: 'ReportExamples', schema: reportExamples } } },
    errors,
  },
  'GET /v1/reports/{id}/results': {
    id: 'readReportResults',
    summary: 'Results of a job so far, some at a time.',
    parameters: [
      ID,
      {
        name: 'after',
        in: 'query',
        description: 'Index of the last record that the reader has.',
        schema: z.string().regex(/^\d{1,15}$/),
      },
      {
        name: 'failed',
        in: 'query',
        description: 'Whether to give only records that failed. Default: false.',
        schema: z.enum(['true', 'false']),
      },
    ],
    replies: { 200: { description: 'The results.', body: { name: 'ReportResults', schema: reportResults } } },
    errors,
  },
};
