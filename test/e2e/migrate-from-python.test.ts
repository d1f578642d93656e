import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { codeBlocks } from './__fixtures__/code-blocks.ts';
import { promisedLines, runSnippets } from './__fixtures__/run-snippets.ts';

const document = await readFile(join(import.meta.dirname, '../../docs/migrate-from-python.md'), 'utf8');
const blocks = codeBlocks(document, 'ts');
/** What each block has printed, a line a call. */
let printed: readonly (readonly string[])[] = [];

// All blocks run here, on a machine that may be busy.
beforeAll(async () => {
  printed = await runSnippets(blocks);
}, 600_000);

test.each(blocks.map((block, index) => ({ block, index })))('block $index prints what it says', ({ block, index }) => {
  expect(promisedLines(block).length).toBeGreaterThan(0);
  expect(printed[index]).toEqual(promisedLines(block));
});

test('every method of the original has its place, with ours beside it', () => {
  const python = codeBlocks(document, 'python').join('\n');
  for (const name of [
    'Blender',
    'loadranker',
    'loadfuser',
    'rank',
    'rank_with_ref',
    'compare',
    'compare_conversations',
    'get_best_of_n',
    'get_worst_of_n',
    'n_generate',
    'best_of_n_generate',
    'fuse',
    'rank_and_fuse',
    'get_topk_candidates_from_ranks',
  ]) {
    expect(python).toMatch(new RegExp(`\\b${name}\\(`));
  }
  expect(codeBlocks(document, 'python')).toHaveLength(blocks.length);
});
