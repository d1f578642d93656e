import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../weights/__fixtures__/temporary-folder.ts';
import { describeRanker, modelLicence } from './describe-ranker.ts';

test('the shipped ranker has a hash of its weights, and says what it learned from', async () => {
  const small = await describeRanker('small');
  expect(small).toMatchObject({ name: 'small', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  expect(small.licences.join(' ')).toContain('CC BY-NC 4.0');
  expect(await describeRanker('embedded')).toMatchObject({ sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  const cascade = await describeRanker('cascade:judge:openai/gpt-5');
  expect(cascade.licences).toEqual([
    ...small.licences,
    expect.stringMatching(/^openai\/gpt-5: the terms of its provider/),
  ]);
  expect(cascade.sha256).toBeUndefined();
  expect((await describeRanker('pairrm')).licences).toEqual([expect.stringContaining('MIT')]);
});

test('a folder is known by its files, and not by its place', async () => {
  await using folder = await temporaryFolder();
  const [here, there] = ['here', 'there'].map((name) => join(folder.path, name, 'mine'));
  for (const path of [here, there]) {
    await mkdir(path ?? '', { recursive: true });
    await writeFile(join(path ?? '', 'model.onnx'), 'weights');
    await writeFile(join(path ?? '', 'config.json'), '{}');
  }
  const [one, other] = await Promise.all([here, there].map((path) => describeRanker(path ?? '')));
  expect(one).toEqual(other);
  expect(one).toMatchObject({ name: 'mine', licences: ['mine: the licence is not known here.'] });
  await writeFile(join(here ?? '', 'README.md'), 'about it');
  expect((await describeRanker(here ?? '')).sha256).toBe(one?.sha256);
  await writeFile(join(here ?? '', 'config.json'), '{"a":1}');
  expect((await describeRanker(here ?? '')).sha256).not.toBe(one?.sha256);
  expect((await describeRanker(join(folder.path, 'nothing'))).sha256).toBeUndefined();
});

test('models: from the catalog, of a provider, unknown', () => {
  expect(modelLicence('local/gemma-2b-it')).toContain('Gemma Terms of Use');
  expect(modelLicence('google/gemini-2.5-flash')).toContain('provider');
  expect(modelLicence('local/hf:o/n/f.gguf')).toBeUndefined();
  expect(modelLicence('alpaca-7b')).toBeUndefined();
});
