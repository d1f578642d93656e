import {
  APICallError,
  type LanguageModelV4CallOptions,
  type LanguageModelV4StreamPart,
  type LanguageModelV4StreamResult,
  type SharedV4Warning,
} from '@ai-sdk/provider';
import { type LanguageModelMiddleware, simulateStreamingMiddleware } from 'ai';
import { toModelError } from '../calls/index.ts';
import { explainError, type FailedModel } from './explain-errors.ts';
import { answeredBy, WholeReply } from './package-fetch.ts';
import type { RequestParameters } from './request-parameters.ts';

/**
 * What holds for the models of the AI SDK's packages: errors have the server's own reason and a hint, an answer that came
 * whole is taken where a stream was asked for, and parameters that the model refused are among the warnings.
 */
export function packageMiddleware(
  failed: Omit<FailedModel, 'abortSignal'>,
  parameters: RequestParameters,
): LanguageModelMiddleware {
  const explained = async <RESULT>(
    call: () => PromiseLike<RESULT>,
    { abortSignal }: LanguageModelV4CallOptions,
  ): Promise<RESULT> => {
    try {
      return await call();
    } catch (thrown) {
      abortSignal?.throwIfAborted();
      const error = toModelError(thrown);
      await explainError(error, { ...failed, abortSignal });
      throw error;
    }
  };
  return {
    specificationVersion: 'v4',
    wrapGenerate: ({ doGenerate, params }) =>
      explained(async () => {
        const result = await doGenerate();
        return { ...result, warnings: [...result.warnings, ...parameters.warningsOf(result.request?.body)] };
      }, params),
    wrapStream: ({ doGenerate, doStream, params, model }) =>
      explained(async () => {
        const result = await Promise.resolve(doStream()).catch(async (error: unknown) => {
          const whole = wholeReplyIn(error);
          if (whole === undefined) throw error;
          const generated = await Promise.resolve(answeredBy({ status: 200, body: whole.body }, doGenerate)).catch(
            () => {
              throw otherContentError(failed, whole);
            },
          );
          // An answer may be empty, but says how it ended.
          const isEnded = generated.finishReason.raw !== undefined;
          if (generated.content.length === 0 && !isEnded) throw otherContentError(failed, whole);
          const { wrapStream } = simulateStreamingMiddleware();
          if (wrapStream === undefined) throw error;
          return wrapStream({ doGenerate: async () => generated, doStream, params, model });
        });
        return withWarnings(result, parameters.warningsOf(result.request?.body));
      }, params),
  };
}

/** One package may wrap the error of another. */
function wholeReplyIn(error: unknown): WholeReply | undefined {
  if (error instanceof WholeReply) return error;
  return error instanceof Error ? wholeReplyIn(error.cause) : undefined;
}

function withWarnings(
  result: LanguageModelV4StreamResult,
  warnings: readonly SharedV4Warning[],
): LanguageModelV4StreamResult {
  if (warnings.length === 0) return result;
  const added = new TransformStream<LanguageModelV4StreamPart, LanguageModelV4StreamPart>({
    transform(part, controller) {
      controller.enqueue(part.type === 'stream-start' ? { ...part, warnings: [...part.warnings, ...warnings] } : part);
    },
  });
  return { ...result, stream: result.stream.pipeThrough(added) };
}

/** A page or JSON object that is neither an answer nor an error. */
function otherContentError({ provider }: Pick<FailedModel, 'provider'>, { contentType }: WholeReply): APICallError {
  return new APICallError({
    message: `it is ${contentType}, not a stream`,
    url: provider.baseURL,
    requestBodyValues: undefined,
    statusCode: 200,
    isRetryable: false,
  });
}
