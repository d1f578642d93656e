import { z } from 'zod';
import { fusionTool, plugin } from '../fusion/fusion-request.ts';

// What is not known is left out: clients send more than they need. Null stands for nothing.

const textPart = z.object({ type: z.literal('text'), text: z.string() });
const refusalPart = z.object({ type: z.literal('refusal'), refusal: z.string() });

const userPart = z.discriminatedUnion('type', [
  textPart,
  z.object({
    type: z.literal('image_url'),
    image_url: z.union([z.string().transform((url) => ({ url })), z.object({ url: z.string() })]),
  }),
  z.object({ type: z.literal('input_audio'), input_audio: z.object({ data: z.string(), format: z.string() }) }),
  z.object({
    type: z.literal('file'),
    file: z.object({ file_data: z.string().nullish(), filename: z.string().nullish(), file_id: z.string().nullish() }),
  }),
]);

/** What a user says: a text, or parts with files among them. */
export const userContent = z.union([z.string(), z.array(userPart)]);

const textContent = z.union([z.string(), z.array(textPart)]);

const message = z.discriminatedUnion('role', [
  z.object({ role: z.enum(['system', 'developer']), content: textContent }),
  z.object({ role: z.literal('user'), content: userContent }),
  z.object({
    role: z.literal('assistant'),
    content: z.union([z.string(), z.array(z.discriminatedUnion('type', [textPart, refusalPart]))]).nullish(),
    tool_calls: z
      .array(
        z.object({
          id: z.string(),
          function: z.object({ name: z.string(), arguments: z.string() }),
        }),
      )
      .nullish(),
  }),
  z.object({
    role: z.literal('tool'),
    tool_call_id: z.string(),
    content: z.union([z.string(), z.array(userPart)]),
  }),
]);

const jsonSchema = z.record(z.string(), z.unknown());

const tool = z.object({
  type: z.literal('function'),
  function: z.object({
    name: z.string().min(1),
    description: z.string().nullish(),
    parameters: jsonSchema.nullish(),
    strict: z.boolean().nullish(),
  }),
});

const namedTool = z.object({ type: z.literal('function'), function: z.object({ name: z.string() }) });

const toolChoice = z.union([
  z.enum(['none', 'auto', 'required']),
  namedTool,
  z.object({
    type: z.literal('allowed_tools'),
    allowed_tools: z.object({ mode: z.enum(['auto', 'required']), tools: z.array(namedTool) }),
  }),
  // A tool of another server, which has no effect here.
  z.object({ type: z.string().regex(/^(?!(?:function|allowed_tools)$)/) }),
]);

const responseFormat = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object') }),
  z.object({
    type: z.literal('json_schema'),
    json_schema: z.object({
      name: z.string().nullish(),
      description: z.string().nullish(),
      schema: jsonSchema.nullish(),
    }),
  }),
]);

/** A tool of another server, which has no effect here. */
const otherTool = z.object({ type: z.string().regex(/^(?!(?:function|openrouter:fusion)$)/) });

/** The body of a request to `/v1/chat/completions`. */
export const chatRequest = z.object({
  model: z.string().min(1),
  messages: z.array(message).min(1),
  n: z.int().min(1).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  temperature: z.number().min(0).max(10).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  top_k: z.int().min(1).nullish(),
  frequency_penalty: z.number().nullish(),
  presence_penalty: z.number().nullish(),
  seed: z.int().nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).nullish(),
  response_format: responseFormat.nullish(),
  tools: z.array(z.union([tool, fusionTool, otherTool])).nullish(),
  plugins: z.array(plugin).nullish(),
  tool_choice: toolChoice.nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  // The tools of an older API.
  functions: z.array(z.unknown()).max(0, 'not supported; send them as tools').nullish(),
  llm_blender: z
    .object({
      /** Whether the steps of the blend are told as `reasoning_content`. Default: as the server is set up. */
      progress: z.boolean().nullish(),
    })
    .nullish(),
});

/** {@link chatRequest}, read. */
export type ChatRequest = z.infer<typeof chatRequest>;

/** A message of a request. */
export type ChatMessage = ChatRequest['messages'][number];
