import type { LanguageModelV4FilePart } from '@ai-sdk/provider';
import { expect, test } from 'vitest';
import { estimateCallTokens } from './estimate-call-tokens.ts';

function tokensOf(mediaType: string, data: LanguageModelV4FilePart['data']): number {
  const prompt = (content: LanguageModelV4FilePart[]) => [{ role: 'user' as const, content }];
  const file = { type: 'file', mediaType, data } as const;
  return (
    estimateCallTokens({ prompt: prompt([file]) }).inputTokens - estimateCallTokens({ prompt: prompt([]) }).inputTokens
  );
}

const bytes = (length: number) => ({ type: 'data', data: new Uint8Array(length) }) as const;

test('an image counts about as much as providers take for one, whatever its size', () => {
  expect(tokensOf('image/png', bytes(10))).toBe(1500);
  expect(tokensOf('image/jpeg', bytes(10e6))).toBe(1500);
  expect(tokensOf('image/png', { type: 'url', url: new URL('https://example.com/a.png') })).toBe(1500);
});

test('other files count by their size, also in base64', () => {
  expect(tokensOf('application/pdf', bytes(1e6))).toBe(40_000);
  expect(tokensOf('application/pdf', { type: 'data', data: Buffer.alloc(1e6).toString('base64') })).toBe(40_000);
  expect(tokensOf('audio/mpeg', bytes(1e6))).toBe(2000);
  expect(tokensOf('text/csv', { type: 'text', text: 'a'.repeat(40_000) })).toBeGreaterThan(9000);
});

test('an image in the result of a tool counts as one, not as its bytes', () => {
  const image: LanguageModelV4FilePart = { type: 'file', mediaType: 'image/png', data: bytes(5e6) };
  const { inputTokens } = estimateCallTokens({
    prompt: [
      {
        role: 'tool',
        content: [
          { type: 'tool-result', toolCallId: '1', toolName: 'draw', output: { type: 'content', value: [image] } },
        ],
      },
    ],
  });
  expect(inputTokens).toBeLessThan(1600);
});
