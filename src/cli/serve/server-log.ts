import type { RequestRecord, RunningServer } from '../../server/index.ts';
import { formatCount } from '../render/format.ts';

/** Where a log goes. */
interface LogOutput {
  write(text: string): unknown;
}

/** What `serve` says while it runs: neither texts of clients nor keys. */
export interface ServerLog {
  readonly listening: (server: Pick<RunningServer, 'url' | 'models'>) => void;
  readonly request: (record: RequestRecord) => void;
  readonly error: (message: string) => void;
  readonly draining: (running: number) => void;
}

/** A line for each event, for people. `--quiet` leaves errors alone. */
export function textLog(notes: LogOutput, errors: LogOutput): ServerLog {
  return {
    listening: ({ url, models }) => notes.write(`Listening at ${url}\nModels: ${models.join(', ')}\n`),
    request: ({ id, method, path, status, ms, key }) =>
      notes.write(`${method} ${path} ${status} ${ms} ms ${id}${key === undefined ? '' : ` key ${key}`}\n`),
    error: (message) => errors.write(`error: ${message}\n`),
    draining: (running) =>
      notes.write(`Answering ${formatCount(running, 'request')} before the end. Again to end now.\n`),
  };
}

/** An object a line, for programs that collect logs. */
export function jsonLog(notes: LogOutput, errors: LogOutput): ServerLog {
  const write = (output: LogOutput, event: string, fields: object) =>
    output.write(`${JSON.stringify({ time: new Date().toISOString(), event, ...fields })}\n`);
  return {
    listening: ({ url, models }) => write(notes, 'listening', { url, models }),
    request: (record) => write(notes, 'request', record),
    error: (message) => write(errors, 'error', { message }),
    draining: (running) => write(notes, 'draining', { running }),
  };
}
