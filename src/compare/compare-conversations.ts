import type { ModelMessage } from 'ai';
import { type CompareResult, type CompareSettings, compareTexts, prepareComparison } from './compare.ts';
import { conversationPair } from './conversation.ts';

/** Options of {@link compareConversations}. */
export interface CompareConversationsOptions extends CompareSettings {
  /**
   * The two conversations as messages of the AI SDK. The user's turns, each with an answer, and any system messages
   * must be the same in both. Text parts of a message are joined, and reasoning is ignored. Images and files of the user
   * are shown to rankers that read them; in texts and in answers their names stand in their place, such as
   * `[image: photo.png]`. Other parts are replaced by their type, such as `[tool-call]`.
   */
  readonly a: readonly ModelMessage[];
  readonly b: readonly ModelMessage[];
  /** System message of both, in front of those among the messages. */
  readonly system?: string | undefined;
}

/**
 * Compares two conversations by the assistant's answers in all turns.
 *
 * @throws InvalidArgumentError, with the turn that differs; RankerError, the signal's reason on abort.
 */
export async function compareConversations(options: CompareConversationsOptions): Promise<CompareResult> {
  const { task, a, b } = conversationPair(options);
  return compareTexts(await prepareComparison(options, task), a, b);
}
