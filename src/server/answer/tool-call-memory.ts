import type { SharedV4ProviderMetadata } from '@ai-sdk/provider';

/** Calls that are remembered, the last ones. */
const SIZE = 2000;

/**
 * What providers say of the tool calls that they made, by the id of the call. OpenAI's API has no place for it, but some
 * models want it back with the results, and a blend has the model that made the calls read them. What is forgotten costs
 * quality, and no error.
 */
export class ToolCallMemory {
  readonly #metadata = new Map<string, SharedV4ProviderMetadata>();

  remember(toolCallId: string, metadata: SharedV4ProviderMetadata | undefined): void {
    if (metadata === undefined) return;
    this.#metadata.delete(toolCallId);
    this.#metadata.set(toolCallId, metadata);
    const [oldest] = this.#metadata.keys();
    if (this.#metadata.size > SIZE && oldest !== undefined) this.#metadata.delete(oldest);
  }

  recall(toolCallId: string): SharedV4ProviderMetadata | undefined {
    return this.#metadata.get(toolCallId);
  }
}
