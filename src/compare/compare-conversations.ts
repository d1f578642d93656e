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
   * The two conversations in the AI SDK's form. The user's turns are the same in both, and each is answered;
   * system messages, where there are any, are the same. Texts are what counts: the text parts of a message are read as
   * one text, reasoning is passed over, and any other part is named in its place, such as `[image]` or `[tool-call]`.
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
