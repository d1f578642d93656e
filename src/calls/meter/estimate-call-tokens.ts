import type { LanguageModelV4CallOptions, LanguageModelV4Prompt } from '@ai-sdk/provider';
import { BYTES_PER_TOKEN } from '../../util/estimate-tokens.ts';

/** Tokens of a picture or file, whose size depends on the provider. */
const FILE_TOKENS = 1500;

/** Tokens of an answer for which no `maxOutputTokens` is given: longer than nearly all. */
const DEFAULT_OUTPUT_TOKENS = 4096;

/** What a call may take, guessed before it is made. */
export interface TokenEstimate {
  readonly inputTokens: number;
  /** `maxOutputTokens` where given. */
  readonly outputTokens: number;
}

/** Guesses the tokens of a call from its options. */
export function estimateCallTokens({
  prompt,
  tools,
  maxOutputTokens = DEFAULT_OUTPUT_TOKENS,
}: Pick<LanguageModelV4CallOptions, 'prompt' | 'tools' | 'maxOutputTokens'>): TokenEstimate {
  const bytes = (tools === undefined ? 0 : byteLength(JSON.stringify(tools))) + promptBytes(prompt);
  const files = prompt.reduce((sum, { content }) => sum + countFiles(content), 0);
  return {
    inputTokens: Math.ceil(bytes / BYTES_PER_TOKEN) + files * FILE_TOKENS,
    outputTokens: maxOutputTokens,
  };
}

/** Bytes of what is text, with a little for the frame of each message. */
function promptBytes(prompt: LanguageModelV4Prompt): number {
  return prompt.reduce((sum, { content }) => sum + 12 + contentBytes(content), 0);
}

function contentBytes(content: LanguageModelV4Prompt[number]['content']): number {
  if (typeof content === 'string') return byteLength(content);
  return content.reduce((sum, part) => {
    if ('text' in part && typeof part.text === 'string') return sum + byteLength(part.text);
    return part.type === 'file' ? sum : sum + byteLength(JSON.stringify(part));
  }, 0);
}

function countFiles(content: LanguageModelV4Prompt[number]['content']): number {
  return typeof content === 'string' ? 0 : content.filter(({ type }) => type === 'file').length;
}

function byteLength(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}
