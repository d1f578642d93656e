import { raceAbort } from '../../util/race-abort.ts';
import { ApiError } from '../api-error.ts';
import type { Route } from '../app-env.ts';
import type { ChatRequest } from '../chat/chat-request.ts';
import { ignoredSettings } from '../chat/ignored-settings.ts';
import { toCalls } from '../chat/to-call.ts';
import { checkDepth, DEPTH_HEADER } from '../fusion/serve-fusion.ts';
import { chooseModel } from './choose-model.ts';
import { readJson } from '../read-body.ts';
import type { ServerParts } from '../server-parts.ts';
import { sseResponse } from '../sse.ts';
import { TextResponse } from '../text-response.ts';
import type { AnswerForm } from './answer-form.ts';
import { digestOf, readIdempotencyKey } from './idempotent-answers.ts';
import { makeEvents, makeWhole } from './make-answer.ts';
import { type AnswerPieces, type AnswerReader, SharedAnswer } from './shared-answer.ts';

/** A route that answers with a model: whole, or streamed. What a client asks is brought into the form of chat completions. */
export function answerRoute(
  parts: ServerParts,
  plan: (body: unknown) => { readonly chat: ChatRequest; readonly form: AnswerForm },
  /** What a client calls a field of a chat completion. */
  fieldOf: (param: string) => string = (param) => param,
): Route {
  const { models, memory, limits, gate, answers, report } = parts;
  return async (context) => {
    const admitted = gate.enter(context.get('key'));
    const { signal: clientGone } = context.req.raw;
    let reader: AnswerReader | undefined;
    let isStreaming = false;
    const leave = () => {
      reader?.leave();
      admitted.leave();
    };
    try {
      const key = readIdempotencyKey(context.req.header('idempotency-key'));
      const body = await readJson(context.req.raw, limits.bodyBytes);
      const { chat, form } = plan(body);
      const warnings = ignoredSettings(body);
      const { asked, served, fusion, notes } = chooseModel(chat, { models, limits: context.get('key')?.limits });
      checkDepth(context.req.header(DEPTH_HEADER), served);
      const calls = planCalls(() => toCalls(chat, { model: served, memory, limits }), fieldOf);
      const isStream = chat.stream === true;
      const showProgress = isStream && (chat.llm_blender?.progress ?? parts.showProgress);
      const planned = { model: asked.id, estimate: () => Promise.all(calls.map((call) => served.estimate(call))) };
      const make = async function* (given: AbortSignal): AnswerPieces {
        const abortSignal = AbortSignal.any([given, gate.closing]);
        const answer = { form, served, calls, memory, showProgress, notes, warnings, fusion, abortSignal };
        const pieces = isStream
          ? makeEvents(answer, (error) => {
              if (!given.aborted) report(error, context.get('requestId'));
            })
          : makeWhole(answer);
        try {
          // Models are asked before the first piece, on the account of who has begun it.
          const first = await admitted.run(planned, () => pieces.next());
          if (first.done === true) return first.value;
          yield first.value;
          return yield* pieces;
        } finally {
          await pieces.return(false);
        }
      };
      const { reader: own, isJoined } =
        key === undefined
          ? { reader: new SharedAnswer(make).join(), isJoined: false }
          : answers.join({ key, client: context.get('key')?.id, digest: digestOf(context.req.path, body) }, make);
      reader = own;
      clientGone.addEventListener('abort', leave, { once: true });
      const first = await raceAbort(own.next(), clientGone);
      const headers = isJoined ? { 'idempotent-replayed': 'true' } : {};
      if (!isStream) {
        // The body is all; what is behind it is that the answer is over.
        await own.next();
        return new TextResponse(first ?? '', { headers: { 'content-type': 'application/json', ...headers } });
      }
      isStreaming = true;
      return sseResponse(eventsOf(first, own, { leave, clientGone }), {
        onLeave: leave,
        headers,
        keepAliveMs: parts.keepAliveMs,
      });
    } finally {
      if (!isStreaming) {
        clientGone.removeEventListener('abort', leave);
        leave();
      }
    }
  };
}

async function* eventsOf(
  first: string | undefined,
  reader: AnswerReader,
  { leave, clientGone }: { leave: () => void; clientGone: AbortSignal },
): AsyncGenerator<string> {
  try {
    for (let piece = first; piece !== undefined; piece = await reader.next()) yield piece;
  } catch (error) {
    if (!clientGone.aborted) throw error;
  } finally {
    leave();
  }
}

function planCalls<CALLS>(plan: () => CALLS, fieldOf: (param: string) => string): CALLS {
  try {
    return plan();
  } catch (error) {
    throw error instanceof ApiError ? error.withField(fieldOf) : error;
  }
}
