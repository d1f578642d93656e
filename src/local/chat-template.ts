import { Template } from '@huggingface/jinja';
import { InvalidArgumentError } from '../error/index.ts';
import { errorMessage } from '../util/error-message.ts';
import type { ChatMessage } from './convert-prompt.ts';

/** Turns a conversation into the one text that the model was trained to go on from. */
export interface ChatTemplate {
  /** The text up to where the model's answer begins. @throws InvalidArgumentError for a conversation it cannot express. */
  render(messages: readonly ChatMessage[]): string;
  /** Texts that end an answer besides the model's own end of turn. */
  readonly stopSequences: readonly string[];
  /** Set where the model's own template is not used; belongs to every answer. */
  readonly warning: string | undefined;
}

/**
 * Makes the chat template of a model from its GGUF. Without one, or with one that cannot be read, a generic one.
 *
 * Why not the `JinjaTemplateChatWrapper` of node-llama-cpp: it renders with placeholders instead of the texts, so what
 * a template does with a text (Llama 3 and Gemma trim it) is lost.
 */
export function createChatTemplate({
  source,
  beginToken,
  endToken,
}: {
  /** `tokenizer.chat_template` of the GGUF. */
  source: string | undefined;
  /** Text of the token that begins a sequence; empty = none. */
  beginToken: string;
  /** Text of the token that ends a sequence; empty = none. */
  endToken: string;
}): ChatTemplate {
  if (source === undefined) return genericTemplate('The model has no chat template (it may be a base model)');
  try {
    const template = new Template(source);
    const render = (messages: readonly ChatMessage[]) =>
      template.render({
        messages,
        add_generation_prompt: true,
        bos_token: beginToken,
        eos_token: endToken,
        // Defined but empty, as the reference implementation (transformers) has them.
        tools: null,
        documents: null,
      });
    render([{ role: 'user', content: 'Hi' }]);
    return { render: adapt(render), stopSequences: [], warning: undefined };
  } catch (error) {
    return genericTemplate(`The chat template of the model cannot be read (${errorMessage(error)})`);
  }
}

const GENERIC_ROLES = { user: 'User', assistant: 'Assistant' } as const;

/** A model that was not trained on conversations tends to write the next turn by itself: the answer ends there. */
const GENERIC_STOP_SEQUENCES: readonly string[] = ['\nUser:', '\nAssistant:'];

/** A conversation as a transcript, for models without a chat template. */
function renderGeneric(messages: readonly ChatMessage[]): string {
  const turns = messages.map(({ role, content }) =>
    role === 'system' ? content : `${GENERIC_ROLES[role]}: ${content}`,
  );
  return [...turns, `${GENERIC_ROLES.assistant}:`].join('\n\n');
}

function genericTemplate(why: string): ChatTemplate {
  return {
    render: renderGeneric,
    stopSequences: GENERIC_STOP_SEQUENCES,
    warning: `${why}, so a generic form of conversation was used. Answers may be poor.`,
  };
}

type Render = (messages: readonly ChatMessage[]) => string;

/** Makes templates that refuse some conversations take them: without system messages, or with strictly alternating roles. */
function adapt(render: Render): Render {
  const hasSystem = supportsSystem(render);
  return (messages) => {
    const base = hasSystem ? messages : systemAsUser(messages);
    const attempts = [() => base, () => joinSameRoles(base), () => joinSameRoles(systemFirst(base))];
    let failure: unknown;
    for (const attempt of attempts) {
      try {
        return render(attempt());
      } catch (error) {
        failure = error;
      }
    }
    throw new InvalidArgumentError({
      parameter: 'prompt',
      value: messages,
      message: `the chat template of the model refuses this conversation: ${errorMessage(failure)}`,
      cause: failure,
    });
  };
}

/** Whether a system message arrives in the text. Some templates raise an error, some drop it silently. */
function supportsSystem(render: Render): boolean {
  const probe = 'a system message';
  try {
    const messages: ChatMessage[] = [
      { role: 'system', content: probe },
      { role: 'user', content: 'Hi' },
    ];
    return render(messages).includes(probe);
  } catch {
    return false;
  }
}

function systemText(messages: readonly ChatMessage[]): string {
  return messages
    .filter(({ role }) => role === 'system')
    .map(({ content }) => content)
    .join('\n\n');
}

function systemFirst(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const content = systemText(messages);
  const others = messages.filter(({ role }) => role !== 'system');
  return content === '' ? others : [{ role: 'system', content }, ...others];
}

/** System messages put before the first message of the user, where such models were trained to expect them. */
function systemAsUser(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const system = systemText(messages);
  const others = messages.filter(({ role }) => role !== 'system');
  if (system === '') return others;
  const [first, ...rest] = others;
  if (first?.role !== 'user') return [{ role: 'user', content: system }, ...others];
  return [{ role: 'user', content: `${system}\n\n${first.content}` }, ...rest];
}

function joinSameRoles(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const joined: ChatMessage[] = [];
  for (const message of messages) {
    const previous = joined.at(-1);
    if (previous?.role !== message.role) joined.push(message);
    else joined[joined.length - 1] = { ...previous, content: `${previous.content}\n\n${message.content}` };
  }
  return joined;
}
