import { answerRoute } from '../answer/answer-route.ts';
import type { Route } from '../app-env.ts';
import { checkBody } from '../read-body.ts';
import type { ServerParts } from '../server-parts.ts';
import { ResponsesForm } from './responses-form.ts';
import { responsesRequest } from './responses-request.ts';
import { toChatRequest } from './to-chat-request.ts';

/** `POST /v1/responses`, without answers that are kept. */
export function responsesRoute(parts: ServerParts): Route {
  return answerRoute(
    parts,
    (body) => {
      const request = checkBody(body, responsesRequest);
      return { chat: toChatRequest(request), form: new ResponsesForm(request) };
    },
    (param) => (param === 'max_completion_tokens' ? 'max_output_tokens' : param.replace(/^messages.*/, 'input')),
  );
}
