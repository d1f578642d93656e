import type { ChatMessage, ChatRequest } from '../chat/chat-request.ts';
import { TASK_PROMPTS, type TaskKind } from './task-prompts.ts';

/** Characters at either end of a message that are looked at: what is between them may be a whole conversation. */
const LOOKED_AT = 8000;

/** What Open WebUI calls its tasks where it sends their name. */
const NAMED_TASKS: ReadonlyMap<unknown, TaskKind> = new Map<unknown, TaskKind>([
  ['title_generation', 'title'],
  ['tags_generation', 'tags'],
  ['follow_up_generation', 'follow-ups'],
  ['query_generation', 'search-queries'],
  ['image_prompt_generation', 'image-prompt'],
  ['autocomplete_generation', 'completion'],
  ['emoji_generation', 'emoji'],
]);

/** What a request is for if its client asks for itself, such as a title for the conversation; undefined for its user's. */
export function findTask({ messages, metadata }: Pick<ChatRequest, 'messages' | 'metadata'>): TaskKind | undefined {
  const named = NAMED_TASKS.get(metadata?.['task']);
  if (named !== undefined) return named;
  const system = messages.find(({ role }) => role === 'system' || role === 'developer');
  const last = messages.at(-1);
  const texts = { system: textOf(system), user: last?.role === 'user' ? textOf(last) : '' };
  return TASK_PROMPTS.find(({ role, begins, ends, has }) => {
    const text = texts[role];
    if (!begins.test(text.slice(0, LOOKED_AT))) return false;
    return (ends?.test(text.slice(-LOOKED_AT)) ?? true) && (has === undefined || text.includes(has));
  })?.kind;
}

function textOf(message: ChatMessage | undefined): string {
  const content = message?.content ?? '';
  if (typeof content === 'string') return content.trimStart();
  return content
    .map((part) => ('text' in part ? part.text : ''))
    .join('\n')
    .trimStart();
}
