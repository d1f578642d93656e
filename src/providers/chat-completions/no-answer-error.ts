import { APICallError } from '@ai-sdk/provider';
import { redactKnownSecrets } from '../../util/known-secrets.ts';

/** A reply that is neither an answer nor an error. */
export function noAnswerError({
  url,
  headers,
  body,
  expected,
}: {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What it should be, such as "a stream". */
  readonly expected: string;
}): APICallError {
  return new APICallError({
    message:
      headers['location'] === undefined
        ? `it is ${headers['content-type'] ?? 'of no content type'}, not ${expected}`
        : `it redirects to ${redactKnownSecrets(headers['location'])}`,
    url,
    requestBodyValues: undefined,
    statusCode: 200,
    responseHeaders: { ...headers },
    responseBody: redactKnownSecrets(body),
    isRetryable: false,
  });
}
