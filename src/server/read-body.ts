import type { z } from 'zod';
import { formatPath } from '../util/value-path.ts';
import { ApiError } from './api-error.ts';

/**
 * Reads the body of a request, as it comes and no further than the limit.
 *
 * @throws ApiError 400 for what is not JSON or not of the form, naming the field; 413 for what is too long.
 */
export async function readBody<SCHEMA extends z.ZodType>(
  request: Request,
  { schema, limit }: { schema: SCHEMA; limit: number },
): Promise<z.infer<SCHEMA>> {
  const text = await readText(request, limit);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ApiError({ status: 400, message: 'The body of the request is not JSON.', code: 'invalid_json' });
  }
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const issue = innermost(error.issues[0]);
  const param = formatPath(issue?.path ?? []);
  const where = param === '' ? 'The body of the request' : param;
  throw new ApiError({ status: 400, message: `${where}: ${issue?.message}`, param: param === '' ? null : param });
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
