import { describe, expect, test } from 'vitest';
import { askOnce } from './ask-once.ts';
import { fixture, inPieces } from './reply.ts';
import { APIS } from './wire-blender.ts';

const TEXT = 'The best thing about Kaggle is its community – people share what they learn. 🏆';

const TOKENS = {
  gemini: { inputTokens: 9, outputTokens: 19 },
  openai: { inputTokens: 12, outputTokens: 20 },
  'openai-chat': { inputTokens: 12, outputTokens: 20 },
  anthropic: { inputTokens: 14, outputTokens: 21 },
  ollama: { inputTokens: 16, outputTokens: 18 },
} as const;

describe.each(APIS)('$folder', ({ folder, model }) => {
  test.each([1, 2, 3, 7, 64, 100_000])('a streamed answer, in pieces of %i bytes', async (size) => {
    const { candidate, requests } = await askOnce(model, inPieces(fixture(`${folder}/plain`), size));
    expect(candidate).toMatchObject({ text: TEXT, finishReason: 'stop', usage: { calls: 1, ...TOKENS[folder] } });
    expect(candidate?.timings.firstTokenMs).toBeGreaterThan(0);
    expect(requests).toHaveLength(1);
  });
});

test.each(['gemini', 'openai', 'anthropic', 'ollama'] as const)(
  'an answer that ends for its length is a candidate: %s',
  async (folder) => {
    const model = APIS.find((api) => api.folder === folder)?.model ?? '';
    const { candidate } = await askOnce(model, fixture(`${folder}/length`));
    expect(candidate).toMatchObject({ text: 'The best thing about Kaggle is its ', finishReason: 'length' });
  },
);
