import type { LanguageModelV4FinishReason } from '@ai-sdk/provider';

/** Why a generation ended, in the words of this folder. */
export type StopCause = 'end-of-turn' | 'stop-sequence' | 'max-tokens';

/** The same in the words of the AI SDK; `raw` keeps ours. */
export function finishReason(cause: StopCause): LanguageModelV4FinishReason {
  switch (cause) {
    case 'end-of-turn':
    case 'stop-sequence':
      return { unified: 'stop', raw: cause };
    case 'max-tokens':
      return { unified: 'length', raw: cause };
    default:
      return { unified: 'other', raw: cause satisfies never };
  }
}
