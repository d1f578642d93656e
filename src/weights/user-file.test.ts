import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fakeCatalog, fakeGguf } from './__fixtures__/fake-weights.ts';
import { temporaryFolder } from './__fixtures__/temporary-folder.ts';
import { resolveWeights } from './resolve-weights.ts';

test('a .gguf file is used as it is, and nothing is created for it', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'own.gguf');
  await writeFile(path, fakeGguf(100));
  const reference = `local/${path}`;
  const env = { LLM_BLENDER_CACHE: join(folder.path, 'cache') };
  const seen: unknown[] = [];
  const weights = await resolveWeights({ reference, env, onProgress: (progress) => seen.push(progress) });
  expect(weights).toEqual({ reference, path, sha256: undefined, bytes: 100, source: 'file' });
  expect(seen).toEqual([{ type: 'weights-ready', reference, path }]);
});

test('a .gguf file that is missing, a folder, empty, or something else', async () => {
  await using folder = await temporaryFolder();
  const at = (name: string) => `local/${join(folder.path, name)}`;
  const resolve = (name: string) => resolveWeights({ reference: at(name), env: {} });
  await expect(resolve('missing.gguf')).rejects.toMatchObject({
    code: 'model_not_found',
    message: expect.stringContaining(`There is no file ${join(folder.path, 'missing.gguf')}`),
  });
  await mkdir(join(folder.path, 'folder.gguf'));
  await expect(resolve('folder.gguf')).rejects.toMatchObject({ code: 'model_not_found' });
  await writeFile(join(folder.path, 'empty.gguf'), '');
  await expect(resolve('empty.gguf')).rejects.toMatchObject({ code: 'model_load_failed' });
  await writeFile(join(folder.path, 'page.gguf'), '<!doctype html>');
  await expect(resolve('page.gguf')).rejects.toMatchObject({
    code: 'model_load_failed',
    message: expect.stringContaining('does not begin as a GGUF file'),
  });
});

test('an unknown name lists the known ones', async () => {
  await expect(resolveWeights({ reference: 'local/gpt-9', env: {} })).rejects.toThrowErrorMatchingInlineSnapshot(
    `[ModelNotFoundError: Unknown model "local/gpt-9". Known names: local/smollm2-135m-instruct, local/qwen2.5-1.5b-instruct, local/gemma-2b-it, local/gemma-7b-it. A file is written local/PATH.gguf, one on Hugging Face local/hf:OWNER/REPO/FILE.gguf.]`,
  );
});

test('LLM_BLENDER_MODELS comes first', async () => {
  await using folder = await temporaryFolder();
  const content = fakeGguf(100);
  const path = join(folder.path, 'tiny.gguf');
  await writeFile(path, content);
  const env = { LLM_BLENDER_MODELS: folder.path, HF_HOME: folder.path };
  const options = {
    reference: 'local/tiny',
    catalog: fakeCatalog(content),
    cacheDirectory: join(folder.path, 'cache'),
    env,
  };
  expect(await resolveWeights(options)).toMatchObject({ path, source: 'file' });
});

test('a file of another size in LLM_BLENDER_MODELS is passed over, and the error says so', async () => {
  await using folder = await temporaryFolder();
  const content = fakeGguf(100);
  await writeFile(join(folder.path, 'tiny.gguf'), content.subarray(0, 50));
  const env = { LLM_BLENDER_MODELS: folder.path, HF_HOME: folder.path };
  const catalog = fakeCatalog(content, { sources: [] });
  const options = { reference: 'local/tiny', catalog, cacheDirectory: join(folder.path, 'cache'), env };
  await expect(resolveWeights(options)).rejects.toMatchObject({
    code: 'weights_unavailable',
    tried: [
      { source: 'LLM_BLENDER_MODELS', reason: expect.stringContaining('has 50 bytes where 100 are expected') },
      { source: 'cache', reason: expect.stringContaining('there is no file') },
    ],
  });
});
