import { randomUUID } from 'node:crypto';
import type { Route } from '../app-env.ts';
import { toApiError } from '../api-error.ts';
import { readBody } from '../read-body.ts';
import type { ServerParts } from '../server-parts.ts';
import { dataEvent, sseResponse } from '../sse.ts';
import { within } from '../within.ts';
import { ChatChunks, type ChatHead } from './chat-chunks.ts';
import { toChatCompletion } from './chat-completion.ts';
import { chatRequest } from './chat-request.ts';
import { streamChoice, wholeChoice } from './choice.ts';
import { mergeEvents } from './merge-events.ts';
import { toCalls } from './to-call.ts';
import { ToolCallMemory } from './tool-call-memory.ts';

/**
 * Milliseconds to wait for the first event. What fails before is told by the status of the response; after that the
 * stream begins, so that no client waits in silence.
 */
const FIRST_EVENT_MS = 50;

/** `POST /v1/chat/completions`. */
export function chatRoute(parts: ServerParts): Route {
  const { models, limits, gate, report } = parts;
  const memory = new ToolCallMemory();
  return async (context) => {
    const leave = gate.enter();
    let isStreaming = false;
    try {
      const request = await readBody(context.req.raw, { schema: chatRequest, limit: limits.bodyBytes });
      const served = models.find(request.model);
      const work = new AbortController();
      const stop = () => work.abort();
      const { signal: clientGone } = context.req.raw;
      const abortSignal = AbortSignal.any([clientGone, gate.closing, work.signal]);
      const calls = toCalls(request, { model: served, memory, limits }).map((call) => ({ ...call, abortSignal }));
      const head: ChatHead = {
        id: `chatcmpl-${randomUUID()}`,
        created: Math.floor(Date.now() / 1000),
        model: request.model,
      };
      if (request.stream !== true) {
        const model = await served.open({ abortSignal });
        const choices = calls.map((call) => wholeChoice(model, call, { kind: served.kind, memory }));
        try {
          return Response.json(toChatCompletion(head, await Promise.all(choices)));
        } finally {
          // Where one choice fails, the others are of no use.
          stop();
        }
      }
      const showProgress = request.llm_blender?.progress ?? parts.showProgress;
      const chunks = new ChatChunks(head, {
        choices: calls.length,
        includeUsage: request.stream_options?.include_usage === true,
      });
      const events = (async function* () {
        const model = await served.open({ abortSignal });
        const choices = calls.map((call) => streamChoice(model, call, { memory, showProgress }));
        for await (const { index, event } of mergeEvents(choices, stop))
          yield* chunks.read(index, event).map(dataEvent);
      })();
      const first = events.next();
      const isEarly = (await within(first, FIRST_EVENT_MS)) !== undefined;
      const onLeave = () => {
        stop();
        leave();
      };
      const stream = (async function* () {
        try {
          if (!isEarly) yield* chunks.beginAll().map(dataEvent);
          const { value, done } = await first;
          if (done !== true) yield value;
          yield* events;
          yield dataEvent('[DONE]');
        } catch (error) {
          if (clientGone.aborted) return;
          report(error, context.get('requestId'));
          yield dataEvent({ error: toApiError(error).body });
          yield dataEvent('[DONE]');
        } finally {
          onLeave();
          await events.return(undefined).catch(() => {});
        }
      })();
      isStreaming = true;
      return sseResponse(stream, { onLeave, keepAliveMs: parts.keepAliveMs });
    } finally {
      if (!isStreaming) leave();
    }
  };
}
