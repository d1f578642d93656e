import { expect, test } from 'vitest';
import { askedText, questionText } from './report-data.ts';

test.each([
  [{ instruction: 'Why?' }, 'Why?'],
  [{ instruction: 'Translate.', input: 'Bonjour' }, 'Translate.\n\nBonjour'],
  [{ instruction: '' }, ''],
  [{ instruction: 'Why?', system: 'Be brief.' }, 'system: Be brief.\n\nWhy?'],
  [{ messages: [{ role: 'user', content: 'Why?' }] }, 'Why?'],
  [
    {
      messages: [
        { role: 'user', content: 'Why?' },
        { role: 'assistant', content: 'So.' },
        { role: 'user', content: 'And?' },
      ],
    },
    'user: Why?\n\nassistant: So.\n\nuser: And?',
  ],
] as const)('%j is read as %j', (question, text) => {
  expect(questionText(question)).toBe(text);
});

test('a question is told from others without its system prompt', () => {
  expect(askedText({ instruction: 'Why?', system: 'Be brief.' })).toBe('Why?');
});
