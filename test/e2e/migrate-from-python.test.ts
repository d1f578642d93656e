import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeBlocks } from './__fixtures__/code-blocks.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const document = await readFile(join(root, 'docs/migrate-from-python.md'), 'utf8');
const blocks = codeBlocks(document, 'ts');
let folder = '';
/** What each block has printed, a line a call. */
let printed: readonly (readonly string[])[] = [];

/** Runs the modules named on the command line one after the other and prints what each has logged. */
const RUNNER = `import { formatWithOptions } from 'node:util';
const printed = [];
for (const file of process.argv.slice(2)) {
  const lines = [];
  console.log = (...values) => void lines.push(formatWithOptions({ breakLength: Infinity }, ...values));
  await import(file);
  printed.push(lines);
}
process.stdout.write(JSON.stringify(printed));
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llm-blender-migrate-'));
  // A package that stands in for the installed one, so that the blocks run on the sources as they are written.
  const installed = join(folder, 'node_modules/llm-blender');
  await mkdir(installed, { recursive: true });
  await writeFile(join(installed, 'package.json'), '{"type":"module","exports":"./index.js"}');
  await writeFile(
    join(installed, 'index.js'),
    `export * from ${JSON.stringify(pathToFileURL(join(root, 'src/index.ts')).href)};\n`,
  );
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await writeFile(join(folder, 'runner.js'), RUNNER);
  const files = await Promise.all(
    blocks.map(async (block, index) => {
      const file = join(folder, `block-${index}.ts`);
      await writeFile(file, block);
      return file;
    }),
  );
  const { stdout } = await run(
    process.execPath,
    [join(folder, 'runner.js'), ...files.map((file) => pathToFileURL(file).href)],
    { env: { ...process.env, LLM_BLENDER_MODELS: dirname(process.env['LLM_BLENDER_TEST_MODEL'] ?? '') } },
  );
  printed = JSON.parse(stdout) as string[][];
  // All blocks run here, on a machine that may be busy.
}, 600_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** What a block says that it prints: the comment behind each console.log. */
function promised(block: string): readonly string[] {
  return [...block.matchAll(/^console\.log\(.*\); \/\/ (.*)$/gm)].map(([, text = '']) => text);
}

test.each(blocks.map((block, index) => ({ block, index })))('block $index prints what it says', ({ block, index }) => {
  expect(promised(block).length).toBeGreaterThan(0);
  expect(printed[index]).toEqual(promised(block));
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
