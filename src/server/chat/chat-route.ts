import { randomUUID } from 'node:crypto';
import { answerRoute } from '../answer/answer-route.ts';
import type { Route } from '../app-env.ts';
import type { ServerParts } from '../server-parts.ts';
import { ChatForm } from './chat-form.ts';
import { chatRequest } from './chat-request.ts';

/** `POST /v1/chat/completions`. */
export function chatRoute(parts: ServerParts): Route {
  return answerRoute(parts, chatRequest, (chat) => ({
    chat,
    form: new ChatForm(
      { id: `chatcmpl-${randomUUID()}`, created: Math.floor(Date.now() / 1000), model: chat.model },
      { choices: chat.n ?? 1, includeUsage: chat.stream_options?.include_usage === true },
    ),
  }));
}
