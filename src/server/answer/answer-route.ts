import type { z } from 'zod';
import { ApiError, toApiError } from '../api-error.ts';
import type { Route } from '../app-env.ts';
import type { ChatRequest } from '../chat/chat-request.ts';
import { toCalls } from '../chat/to-call.ts';
import { readBody } from '../read-body.ts';
import type { ServerParts } from '../server-parts.ts';
import { sseResponse } from '../sse.ts';
import { within } from '../within.ts';
import type { AnswerForm } from './answer-form.ts';
import { streamChoice, wholeChoice } from './choice.ts';
import { mergeEvents } from './merge-events.ts';

/**
 * Milliseconds to wait for the first event. What fails before is told by the status of the response; after that the
 * stream begins, so that no client waits in silence.
 */
const FIRST_EVENT_MS = 50;

/** A route that answers with a model: whole, or streamed. What a client asks is brought into the form of chat completions. */
export function answerRoute<SCHEMA extends z.ZodType>(
  parts: ServerParts,
  schema: SCHEMA,
  plan: (request: z.infer<SCHEMA>) => { readonly chat: ChatRequest; readonly form: AnswerForm },
  /** What a client calls a field of a chat completion. */
  fieldOf: (param: string) => string = (param) => param,
): Route {
  const { models, memory, limits, gate, report } = parts;
  return async (context) => {
    const admitted = gate.enter(context.get('key'));
    let isStreaming = false;
    try {
      const { chat, form } = plan(await readBody(context.req.raw, { schema, limit: limits.bodyBytes }));
      const served = models.find(chat.model);
      const work = new AbortController();
      const stop = () => work.abort();
      const { signal: clientGone } = context.req.raw;
      const abortSignal = AbortSignal.any([clientGone, gate.closing, work.signal]);
      const calls = planCalls(() => toCalls(chat, { model: served, memory, limits }), fieldOf).map((call) => ({
        ...call,
        abortSignal,
      }));
      const planned = { model: served.id, estimate: () => Promise.all(calls.map((call) => served.estimate(call))) };
      return await admitted.run(planned, async () => {
        if (chat.stream !== true) {
          const model = await served.open({ abortSignal });
          const choices = calls.map((call) => wholeChoice(model, call, { served, memory, showProgress: false }));
          try {
            return Response.json(form.whole(await Promise.all(choices)));
          } finally {
            // Where one choice fails, the others are of no use.
            stop();
          }
        }
        const showProgress = chat.llm_blender?.progress ?? parts.showProgress;
        const events = (async function* () {
          const model = await served.open({ abortSignal });
          const choices = calls.map((call) => streamChoice(model, call, { served, memory, showProgress }));
          for await (const { index, event } of mergeEvents(choices, stop)) yield* form.read(index, event);
        })();
        const first = events.next();
        const isEarly = (await within(first, FIRST_EVENT_MS)) !== undefined;
        const onLeave = () => {
          stop();
          admitted.leave();
        };
        const stream = (async function* () {
          try {
            if (!isEarly) yield* form.begin();
            const { value, done } = await first;
            if (done !== true) yield value;
            yield* events;
            yield* form.end();
          } catch (error) {
            if (clientGone.aborted) return;
            report(error, context.get('requestId'));
            yield* form.fail(toApiError(error).body);
          } finally {
            onLeave();
            await events.return(undefined).catch(() => {});
          }
        })();
        isStreaming = true;
        return sseResponse(stream, { onLeave, keepAliveMs: parts.keepAliveMs });
      });
    } finally {
      if (!isStreaming) admitted.leave();
    }
  };
}

function planCalls<CALLS>(plan: () => CALLS, fieldOf: (param: string) => string): CALLS {
  try {
    return plan();
  } catch (error) {
    throw error instanceof ApiError ? error.withField(fieldOf) : error;
  }
}
