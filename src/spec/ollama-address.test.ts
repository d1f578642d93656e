import { expect, test } from 'vitest';
import { ollamaAddress } from './ollama-address.ts';

test.each([
  ['', 'http://127.0.0.1:11434'],
  ['192.168.1.5', 'http://192.168.1.5:11434'],
  ['192.168.1.5:8080', 'http://192.168.1.5:8080'],
  [':8080', 'http://127.0.0.1:8080'],
  ['0.0.0.0', 'http://127.0.0.1:11434'],
  ['0.0.0.0:8080', 'http://127.0.0.1:8080'],
  ['[::1]:8080', 'http://[::1]:8080'],
  ['[::]', 'http://127.0.0.1:11434'],
  ['http://box', 'http://box'],
  ['https://box/', 'https://box'],
  ['HTTPS://box:8443/ollama/', 'https://box:8443/ollama'],
])('OLLAMA_HOST=%s', (value, address) => {
  expect(ollamaAddress(value)).toBe(address);
});
