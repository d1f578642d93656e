import type { ChatMessage } from './convert-prompt.ts';

const NAMES = { user: 'User', assistant: 'Assistant' } as const;

/** A model that was not trained on conversations tends to go on with the next turn by itself: this is where it ends. */
export const GENERIC_STOP_SEQUENCES: readonly string[] = ['\nUser:', '\nAssistant:'];

/** A conversation as a transcript, for models without a chat template. */
export function renderGeneric(messages: readonly ChatMessage[]): string {
  const turns = messages.map(({ role, content }) => (role === 'system' ? content : `${NAMES[role]}: ${content}`));
  return [...turns, `${NAMES.assistant}:`].join('\n\n');
}
