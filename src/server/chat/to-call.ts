import { randomInt } from 'node:crypto';
import type { JSONSchema7, LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { definedOnly } from '../../util/defined-only.ts';
import { ApiError } from '../api-error.ts';
import type { ServedModel } from '../served-models.ts';
import type { ServerLimits } from '../server-limits.ts';
import type { ChatRequest } from './chat-request.ts';
import { toPrompt } from './to-prompt.ts';
import type { ToolCallMemory } from '../answer/tool-call-memory.ts';

/** The calls that a request is: one for each choice. @throws ApiError */
export function toCalls(
  request: ChatRequest,
  { model, memory, limits }: { model: ServedModel; memory: ToolCallMemory; limits: ServerLimits },
): readonly LanguageModelV4CallOptions[] {
  const { n, messages, max_tokens, max_completion_tokens } = request;
  checkLimit('n', n ?? 1, limits.choices);
  checkLimit('messages', messages.length, limits.messages);
  const maxTokens = max_completion_tokens ?? max_tokens ?? undefined;
  checkLimit(
    max_completion_tokens === null || max_completion_tokens === undefined ? 'max_tokens' : 'max_completion_tokens',
    maxTokens ?? 1,
    limits.outputTokens,
  );
  const prompt = toPrompt(messages, memory);
  const { settings } = model;
  const call = definedOnly({
    ...settings,
    ...definedOnly({
      maxOutputTokens: maxTokens,
      temperature: request.temperature ?? undefined,
      topP: request.top_p ?? undefined,
      topK: request.top_k ?? undefined,
      frequencyPenalty: request.frequency_penalty ?? undefined,
      presencePenalty: request.presence_penalty ?? undefined,
      seed: request.seed ?? undefined,
      stopSequences: toStopSequences(request.stop),
      reasoning: request.reasoning_effort ?? undefined,
      responseFormat: toResponseFormat(request.response_format, model),
    }),
    ...toTools(request),
    prompt,
  }) as LanguageModelV4CallOptions;
  // Equal calls share one answer; another seed makes another call.
  const seeds = Array.from({ length: n ?? 1 }, (_, index) => {
    if (call.seed !== undefined) return call.seed + index;
    return index === 0 ? undefined : randomInt(2 ** 31 - 1);
  });
  return seeds.map((seed) => (seed === undefined ? call : { ...call, seed }));
}

function checkLimit(param: string, value: number, limit: number): void {
  if (value <= limit) return;
  throw new ApiError({ status: 400, message: `${param}: at most ${limit} here, and not ${value}.`, param });
}

function toStopSequences(stop: ChatRequest['stop']): string[] | undefined {
  const given = typeof stop === 'string' ? [stop] : (stop ?? []);
  const sequences = given.filter((sequence) => sequence !== '');
  return sequences.length === 0 ? undefined : sequences;
}

function toResponseFormat(
  format: ChatRequest['response_format'],
  { kind }: ServedModel,
): LanguageModelV4CallOptions['responseFormat'] {
  if (format === null || format === undefined || format.type === 'text') return undefined;
  // A blend checks its answers, and has no form of "some object" but a schema.
  if (format.type === 'json_object')
    return { type: 'json', ...(kind === 'blend' ? { schema: { type: 'object' } } : {}) };
  const { name, description, schema } = format.json_schema;
  return {
    type: 'json',
    ...(schema === null || schema === undefined ? {} : { schema: schema as JSONSchema7 }),
    ...(name === null || name === undefined ? {} : { name }),
    ...(description === null || description === undefined ? {} : { description }),
  };
}

function toTools({
  tools,
  tool_choice: choice,
}: ChatRequest): Pick<LanguageModelV4CallOptions, 'tools' | 'toolChoice'> {
  const functions = (tools ?? []).filter((tool) => 'function' in tool);
  if (functions.length === 0) return {};
  return {
    tools: allowedTools(functions, choice).map(({ function: { name, description, parameters, strict } }) => ({
      type: 'function',
      name,
      inputSchema: (parameters ?? { type: 'object', properties: {} }) as JSONSchema7,
      ...(description === null || description === undefined ? {} : { description }),
      ...(strict === null || strict === undefined ? {} : { strict }),
    })),
    ...(choice === null || choice === undefined ? {} : { toolChoice: toToolChoice(choice, functions) }),
  };
}

function allowedTools<TOOL extends { readonly function: { readonly name: string } }>(
  tools: readonly TOOL[],
  choice: ChatRequest['tool_choice'],
): readonly TOOL[] {
  if (typeof choice !== 'object' || choice === null || !('allowed_tools' in choice)) return tools;
  const names = new Set(choice.allowed_tools.tools.map((tool) => tool.function.name));
  return tools.filter((tool) => names.has(tool.function.name));
}

function toToolChoice(
  choice: NonNullable<ChatRequest['tool_choice']>,
  tools: readonly { readonly function: { readonly name: string } }[],
): NonNullable<LanguageModelV4CallOptions['toolChoice']> {
  if (typeof choice === 'string') return { type: choice };
  if ('allowed_tools' in choice) return { type: choice.allowed_tools.mode };
  if (!('function' in choice)) return { type: 'auto' };
  const toolName = choice.function.name;
  if (tools.some(({ function: { name } }) => name === toolName)) return { type: 'tool', toolName };
  throw new ApiError({
    status: 400,
    message: `tool_choice: there is no tool ${JSON.stringify(toolName.slice(0, 100))} among the tools.`,
    param: 'tool_choice',
  });
}
