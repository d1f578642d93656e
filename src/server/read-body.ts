import type { z } from 'zod';
import { formatPath } from '../util/value-path.ts';
import { ApiError } from './api-error.ts';

/** How deep the values of a body may be nested. Nothing that clients send is; what is would be too deep for some code. */
const MAX_DEPTH = 100;

/**
 * Reads the body of a request, as it comes and no further than the limit.
 *
 * @throws ApiError 400 for what is not JSON or not of the form, naming the field; 413 for what is too long, 415 for what is
 * compressed.
 */
export async function readBody<SCHEMA extends z.ZodType>(
  request: Request,
  { schema, limit }: { schema: SCHEMA; limit: number },
): Promise<z.infer<SCHEMA>> {
  return checkBody(await readJson(request, limit), schema);
}

/** The body of a request as JSON. @throws ApiError 400, 413, 415 */
export async function readJson(request: Request, limit: number): Promise<unknown> {
  const text = await readText(request, limit);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ApiError({ status: 400, message: 'The body of the request is not JSON.', code: 'invalid_json' });
  }
  checkDepth(value);
  return value;
}

/** @throws ApiError 400 for what is not of the form, naming the field. */
export function checkBody<SCHEMA extends z.ZodType>(value: unknown, schema: SCHEMA): z.infer<SCHEMA> {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const issue = innermost(error.issues[0]);
  const param = formatPath(issue?.path ?? []);
  const where = param === '' ? 'The body of the request' : param;
  throw new ApiError({ status: 400, message: `${where}: ${issue?.message}`, param: param === '' ? null : param });
}

function checkDepth(value: unknown): void {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) {
      const message = `The body of the request is nested deeper than ${MAX_DEPTH} levels.`;
      throw new ApiError({ status: 400, message, code: 'invalid_json' });
    }
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly errors?: readonly (readonly Issue[])[];
}

/** Of a value that may be of several forms: the problem of the form that it comes closest to, which is found deepest. */
function innermost(issue: Issue | undefined): Issue | undefined {
  if (issue?.errors === undefined) return issue;
  const inner = issue.errors
    .flatMap((problems) => problems.slice(0, 1).map((problem) => innermost(problem)))
    .filter((problem) => problem !== undefined)
    .toSorted((one, other) => other.path.length - one.path.length)[0];
  return inner === undefined || inner.path.length === 0 ? issue : { ...inner, path: [...issue.path, ...inner.path] };
}

async function readText(request: Request, limit: number): Promise<string> {
  const tooLong = () =>
    new ApiError({
      status: 413,
      message: `The body of the request is longer than ${limit} bytes.`,
      code: 'request_too_large',
      headers: { connection: 'close' },
    });
  const encoding = request.headers.get('content-encoding') ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') {
    const message = `The body of the request is encoded as ${encoding.slice(0, 50)}. Send it as it is.`;
    throw new ApiError({
      status: 415,
      message,
      code: 'unsupported_encoding',
      headers: { 'accept-encoding': 'identity' },
    });
  }
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw tooLong();
  const body = request.headers.has('content-length')
    ? await request.arrayBuffer()
    : await readUpTo(request, limit, tooLong);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new ApiError({ status: 400, message: 'The body of the request is not UTF-8.', code: 'invalid_json' });
  }
}

/** A body whose length is not told before. */
async function readUpTo(request: Request, limit: number, tooLong: () => ApiError): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > limit) throw tooLong();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
