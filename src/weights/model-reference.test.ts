import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parseModelReference } from './model-reference.ts';

test.each([
  ['local/smollm2-135m-instruct', { type: 'catalog', name: 'smollm2-135m-instruct' }],
  ['smollm2-135m-instruct', { type: 'catalog', name: 'smollm2-135m-instruct' }],
  ['local/', { type: 'catalog', name: '' }],
  ['local//abs/x.gguf', { type: 'file', path: resolve('/abs/x.gguf') }],
  ['local/./x.gguf', { type: 'file', path: resolve('x.gguf') }],
  ['local/models/X.GGUF', { type: 'file', path: resolve('models/X.GGUF') }],
  ['local/~/x.gguf', { type: 'file', path: join(homedir(), 'x.gguf') }],
  ['local/~x.gguf', { type: 'file', path: resolve('~x.gguf') }],
  ['local/hf:owner/repo/x.gguf', { type: 'hugging-face', uri: 'hf:owner/repo/x.gguf' }],
  ['local/hf:owner/repo:Q4_K_M', { type: 'hugging-face', uri: 'hf:owner/repo:Q4_K_M' }],
])('%s', (reference, expected) => {
  expect(parseModelReference(reference)).toEqual(expected);
});
