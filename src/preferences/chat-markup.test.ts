import { expect, test } from 'vitest';
import { readTemplatedPrompt, stripAnswerMarkup } from './chat-markup.ts';

const user = (content: string) => ({ role: 'user', content });
const system = (content: string) => ({ role: 'system', content });
const assistant = (content: string) => ({ role: 'assistant', content });

test.each([
  ['ChatML', '<|im_start|>user\nHi there<|im_end|>\n<|im_start|>assistant\n', [user('Hi there')]],
  [
    'ChatML with a system message',
    '<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n',
    [system('Be kind.'), user('Hi')],
  ],
  [
    'ChatML, several turns',
    '<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello<|im_end|>\n<|im_start|>user\nHow?<|im_end|>\n<|im_start|>assistant\n',
    [user('Hi'), assistant('Hello'), user('How?')],
  ],
  ['Llama 2', '<s>[INST] <<SYS>>\nBe kind.\n<</SYS>>\n\nHi [/INST]', [system('Be kind.'), user('Hi')]],
  [
    'Llama 2, several turns',
    '<s>[INST] Hi [/INST] Hello </s><s>[INST] How? [/INST]',
    [user('Hi'), assistant('Hello'), user('How?')],
  ],
  ['Mistral', '[INST]Hi[/INST]', [user('Hi')]],
  ['Mistral 7', '<s>[SYSTEM_PROMPT]Be kind.[/SYSTEM_PROMPT][INST]Hi[/INST]', [system('Be kind.'), user('Hi')]],
  [
    'Llama 3',
    '<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe kind.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n',
    [system('Be kind.'), user('Hi')],
  ],
  ['Gemma', '<bos><start_of_turn>user\nHi<end_of_turn>\n<start_of_turn>model\n', [user('Hi')]],
  ['Gemma 4', '<bos><|turn>user\nHi<turn|>\n<|turn>model\n', [user('Hi')]],
  ['Zephyr', '<|system|>\nBe kind.</s>\n<|user|>\nHi</s>\n<|assistant|>\n', [system('Be kind.'), user('Hi')]],
  ['Phi', '<|user|>\nHi<|end|>\n<|assistant|>\n', [user('Hi')]],
  ['gpt-oss', '<|start|>user<|message|>Hi<|end|><|start|>assistant', [user('Hi')]],
  [
    'Command',
    '<BOS_TOKEN><|START_OF_TURN_TOKEN|><|USER_TOKEN|>Hi<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>',
    [user('Hi')],
  ],
  ['DeepSeek', '<｜begin▁of▁sentence｜><｜User｜>Hi<｜Assistant｜>', [user('Hi')]],
  [
    'Alpaca',
    'Below is an instruction that describes a task. Write a response.\n\n### Instruction:\nAdd.\n\n### Input:\n1 2\n\n### Response:\n',
    [user('Add.\n\n1 2')],
  ],
  [
    'Vicuna',
    'A chat between a user and an assistant. USER: Hi ASSISTANT:',
    [system('A chat between a user and an assistant.'), user('Hi')],
  ],
  [
    'Vicuna, several turns',
    'USER: Hi ASSISTANT: Hello</s>USER: How? ASSISTANT:',
    [user('Hi'), assistant('Hello'), user('How?')],
  ],
  ['Phi 4', '<|im_start|>user<|im_sep|>Hi<|im_end|><|im_start|>assistant<|im_sep|>', [user('Hi')]],
  ['ChatML on one line', '<|im_start|>user Hi<|im_end|> <|im_start|>assistant', [user('Hi')]],
  [
    'Kimi',
    '<|im_system|>system<|im_middle|>Be kind.<|im_end|><|im_user|>user<|im_middle|>Hi<|im_end|><|im_assistant|>assistant<|im_middle|>',
    [system('Be kind.'), user('Hi')],
  ],
  ['OpenChat', 'GPT4 Correct User: Hi<|end_of_turn|>GPT4 Correct Assistant:', [user('Hi')]],
  ['GLM', '[gMASK]<sop><|user|>\nHi<|assistant|>\n', [user('Hi')]],
  [
    'Granite',
    '<|start_of_role|>system<|end_of_role|>Be kind.<|end_of_text|>\n<|start_of_role|>user<|end_of_role|>Hi<|end_of_text|>\n<|start_of_role|>assistant<|end_of_role|>',
    [system('Be kind.'), user('Hi')],
  ],
  ['EXAONE', '[|system|]Be kind.[|endofturn|]\n[|user|]Hi\n[|assistant|]', [system('Be kind.'), user('Hi')]],
  [
    'Nemotron',
    '<extra_id_0>System\nBe kind.\n\n<extra_id_1>User\nHi\n<extra_id_1>Assistant\n',
    [system('Be kind.'), user('Hi')],
  ],
  ['Seed', '<seed:bos>user\nHi<seed:eos><seed:bos>assistant\n', [user('Hi')]],
  ['OLMo', '<|endoftext|><|user|>\nHi\n<|assistant|>\n', [user('Hi')]],
  ['Solar', '### System:\nBe kind.\n\n### User:\nHi\n\n### Assistant:\n', [system('Be kind.'), user('Hi')]],
  [
    'Solar, several turns',
    '### User:\nHi\n\n### Assistant:\nHello\n\n### User:\nHow?\n\n### Assistant:\n',
    [user('Hi'), assistant('Hello'), user('How?')],
  ],
  ['only the mark behind it', 'Why is the sky blue?\n<|assistant|>\n', [user('Why is the sky blue?')]],
])('a prompt of %s', (_, text, expected) => expect(readTemplatedPrompt(text)).toEqual(expected));

test.each([
  'What does <|im_start|>user mean in a prompt?',
  'What do the tags [INST] and [/INST] do?',
  '[INST] tags: what are they for?',
  '[INST] and [/INST]: what are they for?',
  'Explain <|endoftext|>',
  '<s>crossed out</s> is HTML. Why?',
  'Write a play.\nUSER: a user\nASSISTANT: a helper',
  '### Instruction:\nis a heading. What is it for?',
  'Write a file.\n### User:\nwhat is asked\n### Assistant:',
  '### Input:\n1\n### Response:',
  '',
  ' ',
])('a question that only speaks of markup is left alone: %j', (text) =>
  expect(readTemplatedPrompt(text)).toBeUndefined(),
);

test.each([
  ['Hi<|im_end|>', 'Hi'],
  ['Hi<|im_end|>\n<|endoftext|>\n', 'Hi'],
  ['Hi</s>', 'Hi'],
  ['<s> Hi</s>', 'Hi'],
  ['Hi<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nNext?', 'Hi'],
  ['Hi<|im_end|>\n<|im_start|>user\nNext?<|im_end|>\n<|im_start|>assistant\nYes', 'Hi'],
  ['<|im_start|>assistant\nHi<|im_end|>', 'Hi'],
  ['<|start_header_id|>assistant<|end_header_id|>\n\nHi<|eot_id|>', 'Hi'],
  ['<|im_start|>user\nHello?<|im_end|>\n<|im_start|>assistant\nHi<|im_end|>', 'Hi'],
  ['<s>[INST] Hello? [/INST] Hi</s>', 'Hi'],
  [' [/INST] Hi', 'Hi'],
  ['Hi<end_of_turn>\n', 'Hi'],
  ['<start_of_turn>model\nHi<end_of_turn>', 'Hi'],
  ['Hi<|end|>', 'Hi'],
  ['Hi<｜end▁of▁sentence｜>', 'Hi'],
  ['Hi<|end_of_turn|>GPT4 Correct User: Next?', 'Hi'],
  ['<pad> Hi</s>', 'Hi'],
  ['Hi[|endofturn|]', 'Hi'],
  ['<|startoftext|>Hi<|im_end|>', 'Hi'],
  ['First line\n\nSecond<|im_end|>', 'First line\n\nSecond'],
])('an answer without its markup: %j', (text, expected) => expect(stripAnswerMarkup(text)).toBe(expected));

test.each([
  'Hi',
  '  Hi \n',
  'The token <|im_end|> ends a turn.',
  'End with `</s>`.',
  'It is <s>three</s> four.',
  'It is <s>three</s>',
  '<s>Three</s> four.',
  'Use [INST] and [/INST] around it.',
  '[INST] … [/INST] is how Mistral marks a question.',
  'A list:\n</s> closes\n<s> opens',
  '',
])('an answer that has none is left as it is: %j', (text) => expect(stripAnswerMarkup(text)).toBe(text));

test('long texts of nothing but marks and blanks take no time', () => {
  for (const text of [
    '</s>'.repeat(50_000) + 'x',
    ' '.repeat(200_000) + 'x',
    '[INST]'.repeat(50_000),
    '<|im_start|>'.repeat(50_000),
  ]) {
    expect(stripAnswerMarkup(text).length).toBeLessThanOrEqual(text.length);
    expect(readTemplatedPrompt(text)).toBeUndefined();
  }
});
