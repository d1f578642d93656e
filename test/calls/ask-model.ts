import { streamAnswer } from '../../src/calls/index.ts';

type AnswerOptions = Parameters<typeof streamAnswer>[0];

/** One answer to one question, without retries or settings unless they are given. */
export function askModel(model: AnswerOptions['model'], given: Partial<AnswerOptions> = {}) {
  return streamAnswer({
    model,
    name: 'books/m',
    prompt: { messages: [{ role: 'user', content: 'Why?' }], system: undefined },
    settings: {},
    maxRetries: 0,
    timeoutMs: undefined,
    abortSignal: undefined,
    ...given,
  });
}
