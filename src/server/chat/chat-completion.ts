import type { ChoiceEnd, WholeChoice } from '../answer/choice.ts';

/** What all chunks of an answer have in common. */
export interface ChatHead {
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly model: string;
}

/** An answer at once. */
export function toChatCompletion(head: ChatHead, choices: readonly WholeChoice[]): object {
  return {
    ...head,
    object: 'chat.completion',
    choices: choices.map(({ text, reasoning, toolCalls, finishReason }, index) => ({
      index,
      message: {
        role: 'assistant',
        content: text === '' && toolCalls.length > 0 ? null : text,
        refusal: null,
        ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
        ...(toolCalls.length === 0 ? {} : { tool_calls: toolCalls }),
      },
      logprobs: null,
      finish_reason: finishReason,
    })),
    usage: toUsage(choices),
    ...toNotes(choices),
  };
}

/** Tokens of all calls of all choices, as OpenAI's API counts them. What is not known counts as none. */
export function toUsage(ends: readonly ChoiceEnd[]) {
  const sum = (count: (end: ChoiceEnd) => number | undefined) =>
    ends.reduce((total, end) => total + (count(end) ?? 0), 0);
  const prompt = sum(({ usage }) => usage.inputTokens.total);
  const completion = sum(({ usage }) => usage.outputTokens.total);
  const cached = sum(({ usage }) => usage.inputTokens.cacheRead);
  const reasoning = sum(({ usage }) => usage.outputTokens.reasoning);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: cached },
    completion_tokens_details: { reasoning_tokens: reasoning },
  };
}

/** What is ours in an answer: of one choice as it is, of several in a list. */
export function toNotes(ends: readonly ChoiceEnd[]): { readonly llm_blender?: object } {
  if (ends.every(({ notes }) => notes === undefined)) return {};
  const [only] = ends;
  if (ends.length === 1 && only?.notes !== undefined) return { llm_blender: only.notes };
  return { llm_blender: { choices: ends.map(({ notes = {} }) => notes) } };
}
