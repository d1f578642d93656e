import { type LanguageModelV4, UnsupportedFunctionalityError } from '@ai-sdk/provider';
import { simulateStreamingMiddleware } from 'ai';
import { wrapModel } from '../spec/in-process-model.ts';
import type { ModelObject } from '../spec/model-choice.ts';

/** The same model, which gives its answer in one piece where it cannot stream. */
export function withStreaming(model: ModelObject): LanguageModelV4 {
  const { wrapStream } = simulateStreamingMiddleware();
  return wrapModel(model, {
    specificationVersion: 'v4',
    wrapStream: async (call) => {
      try {
        return await call.doStream();
      } catch (error) {
        if (wrapStream === undefined || !cannotStream(error)) throw error;
        return wrapStream(call);
      }
    },
  });
}

/** What models without streaming throw, and the mock models of the AI SDK where only `doGenerate` is given. */
function cannotStream(error: unknown): boolean {
  return (
    UnsupportedFunctionalityError.isInstance(error) || (error instanceof Error && error.message === 'Not implemented')
  );
}
