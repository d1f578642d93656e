import { z } from 'zod';

/** The body of every error. */
export const errorBody = z.object({
  error: z.object({
    message: z.string(),
    type: z.string(),
    param: z.string().nullable().describe('The field of the request that is wrong.'),
    code: z.string().nullable(),
  }),
});

/** What an error of each status means. */
export const ERROR_MEANINGS: Readonly<Record<number, string>> = {
  400: 'The request is wrong; `param` names the field.',
  401: 'The request needs a key, or its key is not one of this server.',
  403: 'The request names another host or comes from a page of another origin, or its key may not ask that.',
  404: 'There is no such model, session, report or path.',
  405: 'The path has other methods; `Allow` names them.',
  409: 'The request with this `Idempotency-Key` is being answered, at a length that is not kept; or the session is closed.',
  413: 'The body is too long.',
  415: 'The body is compressed.',
  422: 'The `Idempotency-Key` was given with another request.',
  429: 'Too much is asked at once, or a limit or budget is used up.',
  500: 'The server has failed.',
  502: 'The models have failed.',
  503: 'The models are not there, or the server is shutting down.',
  504: 'The models took too long.',
};

/** Errors of any request. */
export const COMMON_ERRORS: readonly number[] = [400, 401, 403, 405, 429, 500];

/** Errors of requests that ask models. */
export const MODEL_ERRORS: readonly number[] = [...COMMON_ERRORS, 404, 413, 415, 502, 503, 504];

/** Errors of requests that may be joined. */
export const ANSWER_ERRORS: readonly number[] = [...MODEL_ERRORS, 409, 422];
