import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { runInProcess } from '../../../test/e2e/__fixtures__/cli-harness.ts';
import { createBlender } from '../../index.ts';

// A cache in which `pairrm` has been fetched, but small: no network is asked.
let cache = '';
const files = ['config.json', 'tokenizer.json', 'model.safetensors'];
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'rank-int8-'));
  const folder = join(cache, 'rankers/pairrm');
  await mkdir(folder, { recursive: true });
  const records = [];
  for (const name of files) {
    const path = join(folder, name);
    await copyFile(join(import.meta.dirname, '../../rankers/cross-encoder/__fixtures__/pairrm', name), path);
    const { size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    const sha256 = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
    records.push({ name, sha256, bytes: Number(size), mtimeNs: String(mtimeNs), ctimeNs: String(ctimeNs) });
  }
  const record = { uri: 'pairrm', entrypoint: 'model.safetensors', files: records };
  await writeFile(join(folder, 'weights.json'), JSON.stringify(record));
  vi.stubEnv('LLM_BLENDER_CACHE', cache);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(cache, { recursive: true });
});

const stdin = '{"instruction":"Boil an egg.","candidates":["Wait.","No.","Put it in cold water."]}';
const rank = () => runInProcess(['rank', '--ranker', 'pairrm:int8'], { stdin, createBlender });
const env = () => ({ LLM_BLENDER_CACHE: cache });

test('rank --ranker pairrm:int8 makes the weights once, says so, and `models` knows them', async () => {
  const first = await rank();
  expect(first.exitCode).toBe(0);
  expect(first.stderr).toContain('pairrm:int8: quantizing the weights to 8 bits (done once)');
  const again = await rank();
  expect(again.stdout).toBe(first.stdout);
  expect(again.stderr).not.toContain('8 bits');
  const listed = await runInProcess(['models', 'list'], { env: env() });
  expect(listed.stdout).toMatch(/^pairrm:int8 +cached/m);
  const removed = await runInProcess(['models', 'remove', 'pairrm:int8'], { env: env() });
  expect(removed.exitCode).toBe(0);
  expect(await readdir(join(cache, 'rankers'))).toEqual(['pairrm']);
});

test('a ranker that cannot be brought to 8 bits is a usage error that names it', async () => {
  const { exitCode, stderr } = await runInProcess(['rank', '--ranker', 'small:int8'], { stdin, createBlender });
  expect(exitCode).toBe(2);
  expect(stderr).toContain('small:int8');
});
