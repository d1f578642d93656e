import { expect, test } from 'vitest';
import { normalizePrompt } from './prompt.ts';

test('a prompt becomes one user message', () => {
  expect(normalizePrompt({ prompt: 'Why?' })).toEqual({
    messages: [{ role: 'user', content: 'Why?' }],
    system: undefined,
    task: { instruction: 'Why?', input: '' },
  });
});

test('instruction and input are joined for the models and apart for the ranker', () => {
  const { messages, task } = normalizePrompt({ instruction: 'Translate.', input: 'Bonjour' });
  expect(messages).toEqual([{ role: 'user', content: 'Translate.\n\nBonjour' }]);
  expect(task).toEqual({ instruction: 'Translate.', input: 'Bonjour' });
});

test('a conversation is shown to the ranker turn by turn, with the system message', () => {
  const { messages, system, task } = normalizePrompt({
    messages: [
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: 'Hi' },
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'They greet me.' },
          { type: 'text', text: 'Hello' },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image', image: 'aGk=' },
        ],
      },
    ],
  });
  expect(messages).toHaveLength(3);
  expect(system).toBe('Be kind.');
  expect(task.instruction).toBe('Be kind.\n\nUser: Hi\n\nAssistant: Hello\n\nUser: What is this?[image]');
});

test.each([
  [{}, 'pass one of prompt, messages or instruction'],
  [{ prompt: 'a', instruction: 'b' }, 'pass either prompt or instruction, not both'],
  [{ prompt: 'a', input: 'b' }, 'it is allowed only with instruction'],
  [{ prompt: '' }, 'the question must not be empty'],
  [{ messages: [] }, 'the last message must be from the user'],
  [{ messages: [{ role: 'assistant', content: 'x' }] }, 'the last message must be from the user'],
  [{ messages: [{ role: 'user', content: ' ' }] }, 'the question must not be empty'],
])('refuses %j', (options, message) => {
  expect(() => normalizePrompt(options as never)).toThrow(message);
});
