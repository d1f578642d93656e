import { expect, test } from 'vitest';
import { ProviderRoom } from './provider-room.ts';

test('a batch goes beside others as far as the provider has said', () => {
  const room = new ProviderRoom();
  expect(room.has('a', { tokens: 1e9, running: 1e9 })).toBe(true);
  room.tooMuch('a', 1000, 600);
  expect(room.maxTokens('a')).toBe(600);
  expect(room.has('a', { tokens: 300, running: 300 })).toBe(true);
  expect(room.has('a', { tokens: 301, running: 300 })).toBe(false);
  // Alone it is tried all the same: tokens are estimated.
  expect(room.has('a', { tokens: 1000, running: 0 })).toBe(true);
  expect(room.maxTokens('b')).toBe(Infinity);
});

test('there is more room again with each batch that is over, up to what the provider has named', () => {
  const room = new ProviderRoom();
  room.tooMuch('a', 1000);
  expect(room.maxTokens('a')).toBe(800);
  room.isOver('a');
  expect(room.maxTokens('a')).toBe(1000);
  room.tooMuch('a', 1000, 900);
  for (let n = 0; n < 10; n += 1) room.isOver('a');
  expect(room.maxTokens('a')).toBe(900);
});

test('a batch that was too large says nothing of how many may wait', () => {
  const room = new ProviderRoom();
  room.tooLarge('a', 1000);
  expect(room.maxTokens('a')).toBe(800);
  expect(room.has('a', { tokens: 800, running: 8000 })).toBe(true);
});
