import { UnsupportedFunctionalityError } from '@ai-sdk/provider';
import { expect, test } from 'vitest';
import { convertPrompt } from './convert-prompt.ts';

const text = (value: string) => ({ type: 'text' as const, text: value });

test('a conversation becomes plain messages', () => {
  expect(
    convertPrompt([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: [text('Hello'), text(', you')] },
      { role: 'assistant', content: [{ type: 'reasoning', text: 'hm' }, text('Hi.')] },
      { role: 'user', content: [text('')] },
    ]),
  ).toEqual({
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hello, you' },
      { role: 'assistant', content: 'Hi.' },
      { role: 'user', content: '' },
    ],
    answerPrefix: '',
  });
});

test('a last message of the assistant is the beginning of the answer', () => {
  expect(
    convertPrompt([
      { role: 'user', content: [text('Count.')] },
      { role: 'assistant', content: [text('One, two,')] },
    ]),
  ).toEqual({ messages: [{ role: 'user', content: 'Count.' }], answerPrefix: 'One, two,' });
});

test('lone surrogates are replaced, since no tokenizer knows them; NUL and emoji stay', () => {
  const { messages } = convertPrompt([{ role: 'user', content: [text('a\u0000b \uD83D\uDE00 \uD83D')] }]);
  expect(messages[0]?.content).toBe('a\u0000b \u{1F600} \uFFFD');
});

test('what is not text is refused by name', () => {
  const file = { type: 'file' as const, mediaType: 'image/png', data: { type: 'data' as const, data: 'AAAA' } };
  expect(() => convertPrompt([{ role: 'user', content: [file] }])).toThrow(UnsupportedFunctionalityError);
  expect(() => convertPrompt([{ role: 'user', content: [file] }])).toThrow('files in the prompt (image/png)');
  expect(() => convertPrompt([{ role: 'tool', content: [] }])).toThrow('tool messages');
  expect(() =>
    convertPrompt([
      { role: 'assistant', content: [{ type: 'tool-call', toolCallId: '1', toolName: 'add', input: {} }] },
    ]),
  ).toThrow('tool-call parts');
});
