import { expect, test } from 'vitest';
import { InvalidArgumentError } from '../error/index.ts';
import { createChatTemplate } from './chat-template.ts';
import type { ChatMessage } from './convert-prompt.ts';

const system: ChatMessage = { role: 'system', content: 'Be brief.' };
const user: ChatMessage = { role: 'user', content: ' Hi ' };
const assistant: ChatMessage = { role: 'assistant', content: 'Hello.' };

function template(source: string | undefined) {
  return createChatTemplate({ source, beginToken: '<s>', endToken: '</s>' });
}

/** SmolLM2's: with a system message of its own where none is given. */
const SMOLLM2 = `{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system
You are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>
' }}{% endif %}{{'<|im_start|>' + message['role'] + '
' + message['content'] + '<|im_end|>' + '
'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant
' }}{% endif %}`;

/** Gemma's: no system messages, strictly alternating roles, trimmed texts. */
const GEMMA = `{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% if (message['role'] == 'assistant') %}{% set role = 'model' %}{% else %}{% set role = message['role'] %}{% endif %}{{ '<start_of_turn>' + role + '
' + message['content'] | trim + '<end_of_turn>
' }}{% endfor %}{% if add_generation_prompt %}{{'<start_of_turn>model
'}}{% endif %}`;

test('SmolLM2', () => {
  const { render, warning, stopSequences } = template(SMOLLM2);
  expect([warning, stopSequences]).toEqual([undefined, []]);
  expect(render([user])).toMatchInlineSnapshot(`
    "<|im_start|>system
    You are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>
    <|im_start|>user
     Hi <|im_end|>
    <|im_start|>assistant
    "
  `);
  expect(render([system, user, assistant, user])).toMatchInlineSnapshot(`
    "<|im_start|>system
    Be brief.<|im_end|>
    <|im_start|>user
     Hi <|im_end|>
    <|im_start|>assistant
    Hello.<|im_end|>
    <|im_start|>user
     Hi <|im_end|>
    <|im_start|>assistant
    "
  `);
});

test('Gemma: texts are trimmed, the system message goes to the user, turns of one role are joined', () => {
  const { render } = template(GEMMA);
  expect(render([user])).toBe('<s><start_of_turn>user\nHi<end_of_turn>\n<start_of_turn>model\n');
  expect(render([system, user, user])).toMatchInlineSnapshot(`
    "<s><start_of_turn>user
    Be brief.

     Hi 

     Hi<end_of_turn>
    <start_of_turn>model
    "
  `);
});

test('a conversation that a template refuses in every form', () => {
  expect(() => template(GEMMA).render([assistant, user])).toThrow(InvalidArgumentError);
  expect(() => template(GEMMA).render([assistant, user])).toThrow('roles must alternate');
});

test('a template that drops system messages silently', () => {
  const source =
    "{% for m in messages %}{% if m.role != 'system' %}[{{ m.role }}] {{ m.content }}\n{% endif %}{% endfor %}";
  expect(template(source).render([system, user])).toBe('[user] Be brief.\n\n Hi \n');
});

test.each([
  [undefined, 'The model has no chat template (it may be a base model)'],
  ['{% for message in', 'The chat template of the model cannot be read'],
  ["{{ raise_exception('no chats') }}", 'The chat template of the model cannot be read'],
])('without a template that works, a generic one, and a warning', (source, warning) => {
  const generic = template(source);
  expect(generic.warning).toContain(warning);
  expect(generic.stopSequences).toEqual(['\nUser:', '\nAssistant:']);
  expect(generic.render([system, { role: 'user', content: 'Hi' }, assistant, { role: 'user', content: 'And?' }])).toBe(
    'Be brief.\n\nUser: Hi\n\nAssistant: Hello.\n\nUser: And?\n\nAssistant:',
  );
});
