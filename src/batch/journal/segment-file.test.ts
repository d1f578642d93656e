import { expect, test } from 'vitest';
import { readSegment } from './segment-file.ts';

test('a segment of which nothing is left is damaged, and not one without results', async () => {
  const store = {
    list: async () => [],
    read: async () => new Uint8Array(),
    commit: async () => true,
    remove: async () => {},
  };
  await expect(readSegment(store, { number: 3, generation: 1 })).rejects.toThrow(
    'The file segments/00000003.1.jsonl of the job is damaged.',
  );
});
