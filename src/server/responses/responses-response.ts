import { z } from 'zod';
import { blenderNotes } from '../openapi/blender-notes.ts';

// What clients are told of the answers that `responses-form.ts` makes.

const status = z.enum(['in_progress', 'completed', 'incomplete']);

const outputItem = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('message'),
    id: z.string(),
    role: z.literal('assistant'),
    status,
    content: z.array(
      z.object({
        type: z.literal('output_text'),
        text: z.string(),
        annotations: z.array(z.unknown()),
        logprobs: z.array(z.unknown()),
      }),
    ),
  }),
  z.object({
    type: z.literal('reasoning'),
    id: z.string(),
    status,
    summary: z.array(z.object({ type: z.literal('summary_text'), text: z.string() })),
  }),
  z.object({
    type: z.literal('function_call'),
    id: z.string(),
    call_id: z.string(),
    name: z.string(),
    arguments: z.string(),
    status,
  }),
]);

/** The body of an answer at once, and what a stream begins and ends with. */
export const responseObject = z.looseObject({
  id: z.string(),
  object: z.literal('response'),
  created_at: z.number(),
  status: z.enum(['in_progress', 'completed', 'incomplete', 'failed']),
  model: z.string(),
  output: z.array(outputItem),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  incomplete_details: z.object({ reason: z.enum(['max_output_tokens', 'content_filter']) }).nullable(),
  store: z.literal(false),
  previous_response_id: z.null(),
  usage: z
    .object({
      input_tokens: z.int().min(0),
      input_tokens_details: z.object({ cached_tokens: z.int().min(0) }),
      output_tokens: z.int().min(0),
      output_tokens_details: z.object({ reasoning_tokens: z.int().min(0) }),
      total_tokens: z.int().min(0),
    })
    .nullable(),
  llm_blender: blenderNotes.optional(),
});

/** The data of each event of a stream. */
export const responseEvent = z.looseObject({
  type: z.enum([
    'response.created',
    'response.in_progress',
    'response.output_item.added',
    'response.reasoning_summary_part.added',
    'response.reasoning_summary_text.delta',
    'response.reasoning_summary_text.done',
    'response.reasoning_summary_part.done',
    'response.content_part.added',
    'response.output_text.delta',
    'response.output_text.done',
    'response.content_part.done',
    'response.function_call_arguments.delta',
    'response.function_call_arguments.done',
    'response.output_item.done',
    'response.completed',
    'response.incomplete',
    'response.failed',
  ]),
  sequence_number: z.int().min(0),
  response: responseObject.optional(),
});
