import { z } from 'zod';
import { fusionTool, plugin } from '../fusion/fusion-request.ts';

const inputPart = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['input_text', 'output_text', 'text']), text: z.string() }),
  z.object({ type: z.literal('refusal'), refusal: z.string() }),
  z.object({ type: z.literal('input_image'), image_url: z.string().nullish(), file_id: z.string().nullish() }),
  z.object({
    type: z.literal('input_file'),
    file_data: z.string().nullish(),
    filename: z.string().nullish(),
    file_id: z.string().nullish(),
    file_url: z.string().nullish(),
  }),
]);

const message = z.object({
  type: z.literal('message').optional(),
  role: z.enum(['user', 'assistant', 'system', 'developer']),
  content: z.union([z.string(), z.array(inputPart)]),
});

const inputItem = z.union([
  message,
  z.object({ type: z.literal('function_call'), call_id: z.string(), name: z.string(), arguments: z.string() }),
  z.object({
    type: z.literal('function_call_output'),
    call_id: z.string(),
    output: z.union([z.string(), z.array(inputPart)]),
  }),
  // What has no effect: thoughts of earlier answers, which no model gets of another, and calls of tools that are not here.
  z.object({ type: z.string().regex(/^(?!(?:message|function_call|function_call_output|item_reference)$)/) }),
]);

const jsonSchema = z.record(z.string(), z.unknown());

const functionTool = z.object({
  type: z.literal('function'),
  name: z.string().min(1),
  description: z.string().nullish(),
  parameters: jsonSchema.nullish(),
  strict: z.boolean().nullish(),
});

const textFormat = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object') }),
  z.object({
    type: z.literal('json_schema'),
    name: z.string().nullish(),
    description: z.string().nullish(),
    schema: jsonSchema.nullish(),
  }),
]);

const namedTool = z.object({ type: z.literal('function'), name: z.string() });

const toolChoice = z.union([
  z.enum(['none', 'auto', 'required']),
  namedTool,
  z.object({ type: z.literal('allowed_tools'), mode: z.enum(['auto', 'required']), tools: z.array(namedTool) }),
  // A tool of another server, which has no effect here.
  z.object({ type: z.string().regex(/^(?!(?:function|allowed_tools)$)/) }),
]);

const NOT_KEPT = 'no answers are kept here: send the whole conversation as input.';

/** The body of a request to `/v1/responses`. */
export const responsesRequest = z.object({
  model: z.string().min(1),
  input: z.union([z.string(), z.array(inputItem).min(1)]),
  instructions: z.string().nullish(),
  stream: z.boolean().nullish(),
  max_output_tokens: z.int().min(1).nullish(),
  temperature: z.number().min(0).max(10).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  plugins: z.array(plugin).nullish(),
  tools: z
    .array(
      z.union([functionTool, fusionTool, z.object({ type: z.string().regex(/^(?!(?:function|openrouter:fusion)$)/) })]),
    )
    .nullish(),
  tool_choice: toolChoice.nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  text: z.object({ format: textFormat.nullish() }).nullish(),
  reasoning: z
    .object({ effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).nullish() })
    .nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  previous_response_id: z.null(NOT_KEPT).optional(),
  conversation: z.null(NOT_KEPT).optional(),
  background: z.literal(false, 'no answers are kept here: stream it instead.').nullish(),
  llm_blender: z.object({ progress: z.boolean().nullish() }).nullish(),
});

/** {@link responsesRequest}, read. */
export type ResponsesRequest = z.infer<typeof responsesRequest>;
