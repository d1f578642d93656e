import type { PromptOptions } from '../../index.ts';
import type { CliContext } from '../cli-context.ts';
import { questionMessage, toTurn, turnMessages, type UserQuestion } from '../conversations/conversation.ts';
import { ConversationStore, newName } from '../conversations/conversation-store.ts';
import type { Given } from '../flag-groups.ts';
import { formatCount } from '../render/format.ts';

/** Which conversation a question belongs to. */
export interface ConversationFlags {
  /** To the one that was used last; a new one where there is none. */
  readonly continue?: boolean;
  /** To the one with this name; a new one where there is none. */
  readonly conversation?: string;
  /** To a new one. */
  readonly keep?: boolean;
  readonly system?: string;
}

/** A conversation that a question is asked in. */
export interface OpenConversation {
  /** The question after the earlier turns. */
  prompt(question: UserQuestion): PromptOptions;
  /** Keeps the question and its answer, if that is requested. */
  keep(question: UserQuestion, answer: string): Promise<void>;
}

/**
 * Finds the earlier turns. Without a flag there are none, and nothing is kept.
 *
 * @throws InvalidArgumentError for a name that cannot be one, CommandError for a conversation that cannot be read.
 */
export async function openConversation(
  flags: Given<ConversationFlags>,
  { env, stderr }: Pick<CliContext, 'env' | 'stderr'>,
): Promise<OpenConversation> {
  if (flags.continue !== true && flags.conversation === undefined && flags.keep !== true) {
    return { prompt: (question) => toPrompt(question, flags.system), keep: async () => {} };
  }
  const store = new ConversationStore({ env });
  await store.prepare();
  const latest = flags.continue === true ? (await store.list())[0]?.name : undefined;
  const name = flags.conversation ?? latest ?? newName(new Date());
  const earlier = await store.read(name);
  const system = flags.system ?? earlier?.system;
  stderr.write(
    earlier === undefined
      ? `New conversation ${name}\n`
      : `Continuing the conversation ${name}: ${formatCount(earlier.turns.length, 'earlier question')}\n`,
  );
  return {
    prompt: (question) =>
      earlier === undefined
        ? toPrompt(question, system)
        : { messages: [...turnMessages(earlier), questionMessage(question)], system },
    async keep(question, answer) {
      const { shortened } = await store.add(name, toTurn(question, answer), { system });
      if (shortened > 0) {
        stderr.write(
          `Warning: the conversation ${name} has reached its limit; ${formatCount(shortened, 'question')} lost files or will be forgotten.\n`,
        );
      }
    },
  };
}

function toPrompt(question: UserQuestion, system: string | undefined): PromptOptions {
  return question.files.length === 0
    ? { prompt: question.text, system }
    : { messages: [questionMessage(question)], system };
}
