import { expect, test } from 'vitest';
import { callWarnings } from './call-warnings.ts';

const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Hi' }] }];

test('what a local model heeds, or what asks for nothing, gives no warning', () => {
  expect(
    callWarnings({ prompt, seed: 1, tools: [], toolChoice: { type: 'auto' }, reasoning: 'provider-default' }),
  ).toEqual([]);
});

test('what it does not heed is named', () => {
  const tools = [{ type: 'function' as const, name: 'add', inputSchema: {} }];
  const warnings = callWarnings({ prompt, tools, toolChoice: { type: 'required' }, reasoning: 'high' });
  expect(warnings).toMatchObject([
    { type: 'unsupported', feature: 'tools' },
    { type: 'unsupported', feature: 'toolChoice' },
    { type: 'unsupported', feature: 'reasoning' },
  ]);
});
