import { type LanguageModelV4StreamPart, UnsupportedFunctionalityError } from '@ai-sdk/provider';
import { simulateStreamingMiddleware } from 'ai';
import { isPartModel } from '../spec/part-source.ts';
import type { Call } from './call.ts';
import { type CallReply, StreamReply } from './call-reply.ts';
import { toModelError } from './to-model-error.ts';

/**
 * Innermost: the call goes to the model. One that cannot stream gives its answer in one piece. What goes wrong is always
 * an `Error` from here on.
 */
export async function sendCall(call: Call): Promise<CallReply> {
  try {
    return await send(call);
  } catch (error) {
    throw toModelError(error);
  }
}

async function send({ kind, target: { model }, options }: Call): Promise<CallReply> {
  if (kind === 'generate') return { kind, result: await model.doGenerate(options) };
  const { abortSignal } = options;
  if (isPartModel(model)) {
    const { source, info } = await model.openParts(options);
    return new StreamReply(source, { info, abortSignal });
  }
  try {
    return StreamReply.ofStream(await model.doStream(options), abortSignal);
  } catch (error) {
    if (!cannotStream(error)) throw error;
    const { wrapStream } = simulateStreamingMiddleware();
    if (wrapStream === undefined) throw error;
    const result = await wrapStream({
      doGenerate: () => model.doGenerate(options),
      doStream: () => model.doStream(options),
      params: options,
      model,
    });
    return StreamReply.ofStream(result as { stream: ReadableStream<LanguageModelV4StreamPart> }, abortSignal);
  }
}

/** What models without streaming throw, and the mock models of the AI SDK where only `doGenerate` is given. */
function cannotStream(error: unknown): boolean {
  return (
    UnsupportedFunctionalityError.isInstance(error) || (error instanceof Error && error.message === 'Not implemented')
  );
}
