import { estimateFileTokens } from '../calls/index.ts';
import { attachmentsOf } from '../spec/attachments.ts';
import type { Prompt } from '../spec/prompt.ts';
import type { Task } from '../spec/task.ts';
import { estimateTokens } from '../util/estimate-tokens.ts';
import { add, exactly, type EstimateRange, NOTHING } from './work-estimate.ts';

/** No language has more UTF-8 bytes to a token in a longer text. */
const MOST_BYTES_PER_TOKEN = 6;

/** Tokens of an answer of which no length is known: as a budget sets aside for it. */
const LONGEST_ANSWER = 4096;

/** Tokens of a text. */
export function textTokens(text: string): EstimateRange {
  return { atLeast: Math.ceil(Buffer.byteLength(text) / MOST_BYTES_PER_TOKEN), atMost: estimateTokens(text) };
}

/** Tokens of an answer that is still to be written. */
export function answerTokens(maxOutputTokens = LONGEST_ANSWER): EstimateRange {
  return { atLeast: 1, atMost: maxOutputTokens };
}

/** Tokens of the prompt of a candidate. */
export function promptTokens({ messages, system = '' }: Prompt): EstimateRange {
  const texts = messages.map(({ content }) =>
    typeof content === 'string'
      ? textTokens(content)
      : add(...content.map((part) => (part.type === 'text' ? textTokens(part.text) : NOTHING))),
  );
  return add(textTokens(system), ...texts, fileTokens(attachmentsOf(messages)));
}

/** Tokens of the images and files of a task; a model that does not take them is shown next to nothing. */
export function fileTokens(attachments: Task['attachments'] = []): EstimateRange {
  return { atLeast: 0, atMost: attachments.reduce((sum, part) => sum + estimateFileTokens(part), 0) };
}

/** What several texts of unknown order have together at least and at most, of which `count` are taken. */
export function tokensOfSome(texts: readonly EstimateRange[], count: number): EstimateRange {
  const sum = (values: readonly number[]) => values.slice(0, count).reduce((total, value) => total + value, 0);
  return {
    atLeast: sum(texts.map(({ atLeast }) => atLeast).toSorted((a, b) => a - b)),
    atMost: sum(texts.map(({ atMost }) => atMost).toSorted((a, b) => b - a)),
  };
}

/** The mean of one text. */
export function meanTokens(texts: readonly EstimateRange[]): EstimateRange {
  const { atLeast, atMost } = add(...texts);
  return texts.length === 0 ? exactly(0) : { atLeast: atLeast / texts.length, atMost: atMost / texts.length };
}
