import type { ModelMessage } from 'ai';
import { sharedResources } from '../registry/index.ts';
import { checkRankerCallSettings } from '../spec/pair-ranker.ts';
import type { CompareSettings } from './compare.ts';
import { type CompareResult, compareTexts } from './compare-texts.ts';
import { conversationPair } from './conversation.ts';
import { checkOrders } from './pair-comparison.ts';

/** Options of {@link compareConversations}. */
export interface CompareConversationsOptions extends CompareSettings {
  /**
   * The two conversations as messages of the AI SDK. The user's turns, each with an answer, and any system messages
   * must be the same in both. Text parts of a message are joined, reasoning is ignored, and other parts are replaced by
   * their type, such as `[image]` or `[tool-call]`.
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
  const { orders = 'both', timeoutMs, maxRetries, abortSignal, resources = sharedResources() } = options;
  const { task, a, b } = conversationPair(options);
  checkOrders(orders);
  checkRankerCallSettings(options);
  const ranker = await resources.resolveRanker(options.ranker, { abortSignal });
  return compareTexts({ ranker, task, a, b, orders, timeoutMs, maxRetries, abortSignal });
}
