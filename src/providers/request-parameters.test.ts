import { expect, test } from 'vitest';
import { RequestParameters } from './request-parameters.ts';

const BODY = {
  model: 'm',
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Why?' },
  ],
  max_tokens: 5,
  temperature: 0.5,
  top_p: 0.9,
  stop: ['END'],
  seed: 1,
  presence_penalty: 0.1,
  response_format: { type: 'json_schema' },
  reasoning_effort: 'low',
  stream: true,
};

/** What of the body is not sent any more; undefined where the error tells nothing. */
function learned(reason: string, statusCode = 400, parameter?: string): string | undefined {
  const parameters = new RequestParameters();
  if (!parameters.learn(BODY, { statusCode, reason, parameter })) return undefined;
  const applied = parameters.apply(BODY);
  if (!JSON.stringify(applied['messages']).includes('system')) return 'system';
  return Object.keys(BODY)
    .filter((name) => !(name in applied))
    .join();
}

test.each([
  ["[{'type': 'extra_forbidden', 'loc': ('body', 'seed'), 'msg': 'Extra inputs are not permitted'}]", 'seed'],
  ["Additional properties are not allowed ('seed' was unexpected)", 'seed'],
  ['The parameter `seed` is not available', 'seed'],
  ['generate() got unexpected kwargs: seed', 'seed'],
  ['Unsupported parameter(s): `stop`', 'stop'],
  ['Argument not supported on this model: stop', 'stop'],
  ['Model m does not support parameter stop.', 'stop'],
  ['Argument not supported on this model: presencePenalty', 'presence_penalty'],
  ['Model m does not support parameter reasoningEffort.', 'reasoning_effort'],
  ["This model doesn't support the temperature parameter", 'temperature'],
  ["'temperature' is not supported by reasoning models", 'temperature'],
  ['temperature: Only temperature 1 is allowed for this model', 'temperature'],
  ['invalid temperature: only 1 is allowed for this model', 'temperature'],
  ['temperature may only be set to 1 when thinking is enabled.', 'temperature'],
  ['Only the default value (1) of temperature is supported', 'temperature'],
  ['Unknown field: top_p', 'top_p'],
  ['`temperature` and `top_p` cannot both be specified for this model.', 'top_p'],
  ['This response_format type is unavailable now', 'response_format'],
  ["'response_format.type' must be 'json_object' or 'text'", 'response_format'],
  [
    "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
    'response_format',
  ],
  ["Invalid value: 'json_schema'. Supported values are: 'text' and 'json_object'.", 'response_format'],
  ['streaming is not supported for this model', 'stream'],
  ['`max_tokens` is deprecated in favor of `max_completion_tokens`', 'max_tokens'],
  ['system role is not supported for this model', 'system'],
  ['Jinja Exception: System role not supported', 'system'],
  ['This model does not support system messages', 'system'],
  ["Unexpected role 'system'", 'system'],
  ["messages.0.role: Input should be 'user' or 'assistant'", 'system'],
  ['conversation roles must alternate user/assistant/user/assistant/...', 'system'],
])('%s: %s is refused', (reason, refused) => {
  expect(learned(reason)).toBe(refused);
  expect(learned(reason, 422)).toBe(refused);
  expect(learned(reason, 401)).toBeUndefined();
  expect(learned(reason, 429)).toBeUndefined();
});

test.each([
  'temperature must be between 0 and 2',
  'temperature: ensure this value is less than or equal to 2',
  'max_tokens must be at least 1',
  'max_tokens is too large: 5000. This model supports at most 4096 completion tokens.',
  "'max_tokens' exceeds the maximum of 4096 tokens, which is not allowed",
  "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens.",
  'messages: at least one message is required',
  'The model m does not support image input',
  'tools are not supported by this model',
  'Your request was rejected as a result of our safety system.',
])('%s: nothing is refused', (reason) => {
  expect(learned(reason)).toBeUndefined();
});

test('the parameter that a server names beside its reason counts first', () => {
  const reason = "Unsupported value: 'temperature' does not support 0.5 where 'top_p' is set.";
  expect(learned(reason, 400, 'top_p')).toBe('top_p');
  expect(learned('Unsupported value.', 400, 'response_format.type')).toBe('response_format');
});

test('names of the configuration hold from the beginning, and a refusal of the new name is learned as well', () => {
  const parameters = new RequestParameters({ names: { max_tokens: 'max_new_tokens', seed: false } });
  const body = { model: 'm', max_tokens: 5, max_completion_tokens: undefined, seed: 1 };
  expect(parameters.apply(body)).toEqual({ model: 'm', max_new_tokens: 5 });
  const learning = new RequestParameters();
  learning.learn(BODY, { statusCode: 400, reason: "'max_tokens' is not supported.", parameter: undefined });
  const renamed = learning.apply(BODY);
  expect(renamed).toMatchObject({ max_completion_tokens: 5 });
  learning.learn(renamed, { statusCode: 400, reason: "Unknown: 'max_completion_tokens'.", parameter: undefined });
  expect(learning.apply(BODY)).not.toHaveProperty('max_completion_tokens');
  expect(learning.apply(BODY)).not.toHaveProperty('max_tokens');
  expect(learning.warningsOf(BODY)).toEqual([
    { type: 'unsupported', feature: 'maxOutputTokens', details: 'The endpoint does not take max_tokens.' },
  ]);
});
