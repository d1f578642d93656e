import { randomUUID } from 'node:crypto';
import { answerRoute } from '../answer/answer-route.ts';
import type { Route } from '../app-env.ts';
import { checkBody } from '../read-body.ts';
import { responsesRequest } from '../responses/responses-request.ts';
import { toChatRequest } from '../responses/to-chat-request.ts';
import type { ServerParts } from '../server-parts.ts';
import { ChatForm } from './chat-form.ts';
import { chatRequest } from './chat-request.ts';

/** `POST /v1/chat/completions`. */
export function chatRoute(parts: ServerParts): Route {
  return answerRoute(parts, (body) => {
    const chat = isOfResponses(body) ? toChatRequest(checkBody(body, responsesRequest)) : checkBody(body, chatRequest);
    const form = new ChatForm(
      { id: `chatcmpl-${randomUUID()}`, created: Math.floor(Date.now() / 1000), model: chat.model },
      { choices: chat.n ?? 1, includeUsage: chat.stream_options?.include_usage === true },
    );
    return { chat, form };
  });
}

/** The agent of Cursor sends the body of the other API here, and wants the answer of this one. */
function isOfResponses(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'input' in body && !('messages' in body);
}
