import { z } from 'zod';
import { blenderNotes } from '../openapi/blender-notes.ts';

// What clients are told of the answers that `chat-completion.ts` and `chat-form.ts` make.

const toolCall = z.object({
  id: z.string(),
  type: z.literal('function'),
  function: z.object({ name: z.string(), arguments: z.string().describe('JSON.') }),
});

const usage = z.object({
  prompt_tokens: z.int().min(0),
  completion_tokens: z.int().min(0),
  total_tokens: z.int().min(0),
  prompt_tokens_details: z.object({ cached_tokens: z.int().min(0) }),
  completion_tokens_details: z.object({ reasoning_tokens: z.int().min(0) }),
});

const finishReason = z.enum(['stop', 'length', 'content_filter', 'tool_calls']);

const head = {
  id: z.string(),
  created: z.int().describe('Seconds since 1970.'),
  model: z.string(),
  llm_blender: blenderNotes.optional(),
};

/** The body of an answer at once. */
export const chatCompletion = z.object({
  ...head,
  object: z.literal('chat.completion'),
  choices: z.array(
    z.object({
      index: z.int().min(0),
      message: z.object({
        role: z.literal('assistant'),
        content: z.string().nullable(),
        refusal: z.null(),
        reasoning_content: z.string().optional(),
        tool_calls: z.array(toolCall).optional(),
      }),
      logprobs: z.null(),
      finish_reason: finishReason,
    }),
  ),
  usage: usage.describe('Of all calls of all choices.'),
});

/** The data of each event of a stream but the last, which is `[DONE]`. */
export const chatCompletionChunk = z.object({
  ...head,
  object: z.literal('chat.completion.chunk'),
  choices: z
    .array(
      z.object({
        index: z.int().min(0),
        delta: z.object({
          role: z.literal('assistant').optional(),
          content: z.string().optional(),
          reasoning_content: z.string().optional(),
          tool_calls: z.array(toolCall.extend({ index: z.int().min(0) })).optional(),
        }),
        finish_reason: finishReason.nullable(),
      }),
    )
    .describe('Empty in the last chunk where usage was asked for.'),
  usage: usage.optional(),
});
