import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { deserialize, serialize } from 'node:v8';
import { expect, test } from 'vitest';
import { PartPacker, unpackParts } from './packed-parts.ts';

const delta = (type: 'text-delta' | 'reasoning-delta', id: string, text: string) => ({ type, id, delta: text });

test('parts come back as they were, and the pieces of one text take one entry', () => {
  const usage = { inputTokens: { total: 1 }, outputTokens: { total: undefined } };
  const parts = [
    { type: 'stream-start', warnings: [] },
    { type: 'response-metadata', id: 'r', timestamp: new Date(0) },
    { type: 'reasoning-start', id: '0' },
    delta('reasoning-delta', '0', 'hm'),
    delta('reasoning-delta', '0', ''),
    { type: 'text-start', id: '0' },
    // Half a character in each.
    delta('text-delta', '0', '\ud83d'),
    delta('text-delta', '0', '\ude00 one'),
    delta('text-delta', '1', 'other'),
    { ...delta('text-delta', '1', 'signed'), providerMetadata: { some: { signature: 'x' } } },
    delta('text-delta', '1', ' end'),
    { type: 'finish', finishReason: { unified: 'stop', raw: 'stop' }, usage },
  ] as unknown as LanguageModelV4StreamPart[];
  const packer = new PartPacker();
  for (const part of parts) packer.add(part);
  expect(packer.packed).toHaveLength(parts.length - 2);
  expect(unpackParts(deserialize(serialize(packer.packed)))).toEqual(parts);
});
