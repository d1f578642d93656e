import type { JSONValue } from '@ai-sdk/provider';
import { ApiError } from '../api-error.ts';

/** What a request may set that has no effect here, and what to do instead. */
const IGNORED: Readonly<Record<string, string>> = {
  logit_bias: 'The models of a blend have tokens of their own.',
  prediction: 'No model gets it.',
  service_tier: 'The models are asked as the configuration has them.',
  verbosity: 'No model gets it; say it in the question.',
  web_search_options: 'No model searches the web.',
  prompt_cache_key: 'No model gets it.',
  preset: 'Name the models.',
  transforms: 'A conversation that is too long is an error.',
  route: 'Name the model.',
  models: 'Only model is asked.',
  min_p: 'No model gets it.',
  top_a: 'No model gets it.',
  repetition_penalty: 'No model gets it.',
  max_tool_calls: 'Tools are called by the client.',
  include: 'There is nothing more to include.',
  truncation: 'A conversation that is too long is an error.',
};

/** What would be wrong without: a client that asks for it reads it. */
const REFUSED: Readonly<Record<string, { readonly isAsked: (value: unknown) => boolean; readonly message: string }>> = {
  logprobs: {
    isAsked: (value) => value === true || (typeof value === 'number' && value > 0),
    message: 'an answer of several models has no probabilities of its tokens. Leave it out.',
  },
  top_logprobs: {
    isAsked: (value) => typeof value === 'number' && value > 0,
    message: 'an answer of several models has no probabilities of its tokens. Leave it out.',
  },
  modalities: {
    isAsked: (value) => Array.isArray(value) && value.some((one) => one !== 'text'),
    message: 'only text is answered here.',
  },
  audio: {
    isAsked: (value) => typeof value === 'object' && value !== null,
    message: 'only text is answered here.',
  },
};

/**
 * Says what of a request has no effect, as warnings of the AI SDK.
 *
 * @throws ApiError 400 for what a client would look for in the answer.
 */
export function ignoredSettings(body: unknown): readonly JSONValue[] {
  const fields = new Map<string, unknown>(Object.entries(typeof body === 'object' && body !== null ? body : {}));
  for (const [param, { isAsked, message }] of Object.entries(REFUSED)) {
    if (isAsked(fields.get(param))) throw new ApiError({ status: 400, message: `${param}: ${message}`, param });
  }
  const settings = Object.entries(IGNORED).filter(([feature]) => isSet(fields.get(feature)));
  const ignored = [
    ...settings,
    ...ignoredTools(fields.get('tools')),
    ...ignoredPlugins(fields.get('plugins')),
    ...ignoredItems(fields.get('input')),
  ];
  return ignored.map(([feature, details]) => ({ type: 'unsupported', feature, details }));
}

function ignoredTools(tools: unknown): readonly (readonly [string, string])[] {
  return namesIn(tools, 'type')
    .filter((type) => type !== 'function' && type !== 'openrouter:fusion')
    .map((type) => [type, 'It is a tool of another server; functions are taken here.']);
}

function ignoredPlugins(plugins: unknown): readonly (readonly [string, string])[] {
  return namesIn(plugins, 'id')
    .filter((id) => id !== 'fusion')
    .map((id) => [`plugin ${id}`, 'There is only fusion here.']);
}

/** Items of a conversation in the form of the Responses API. Thoughts are nobody's loss. */
const READ_ITEMS: ReadonlySet<string> = new Set(['message', 'function_call', 'function_call_output', 'reasoning']);

function ignoredItems(input: unknown): readonly (readonly [string, string])[] {
  return [...new Set(namesIn(input, 'type'))]
    .filter((type) => !READ_ITEMS.has(type))
    .map((type) => [`item ${type}`, 'No model here gets it.']);
}

function namesIn(list: unknown, field: string): readonly string[] {
  const items: readonly unknown[] = Array.isArray(list) ? list : [];
  const names = items.map((item) => (typeof item === 'object' && item !== null ? Reflect.get(item, field) : undefined));
  return names.filter((name) => typeof name === 'string');
}

function isSet(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return false;
  // What clients send that leave a choice to the server.
  if (value === 'auto' || value === 'default' || value === 'disabled') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}
