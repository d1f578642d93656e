import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as batch from '../../src/batch/index.ts';
import * as library from '../../src/index.ts';
import * as server from '../../src/server/index.ts';
import { codeBlocks } from './__fixtures__/code-blocks.ts';
import { docExamples } from './__fixtures__/doc-examples.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const readme = await readFile(join(root, 'README.md'), 'utf8');
const env = { ...process.env, LLM_BLENDER_MODELS: dirname(process.env['LLM_BLENDER_TEST_MODEL'] ?? '') };
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llm-blender-documents-'));
  await symlink(join(root, 'examples'), join(folder, 'examples'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('the JSON that the README redirects into a file is JSON', async () => {
  const [command = ''] = /^npm start .*--json > answer\.json$/m.exec(readme) ?? [];
  await run('sh', ['-c', command.replace('npm start', `npm start --prefix '${root}'`)], { cwd: folder, env });
  const answer = JSON.parse(await readFile(join(folder, 'answer.json'), 'utf8'));
  expect(answer).toMatchObject({ text: expect.any(String), candidates: { length: 5 } });
});

describe('every command of the README and of some guides runs', async () => {
  const guides = await Promise.all(
    ['configuration', 'telemetry', 'files', 'batch', 'preferences', 'server'].map((name) =>
      readFile(join(root, `docs/${name}.md`), 'utf8'),
    ),
  );
  const commands = [readme, ...guides]
    .flatMap((text) => codeBlocks(text, 'sh'))
    .flatMap((block) => block.split('\n'))
    .flatMap((line) => /(?:npm start --|^llm-blender) (.+)$/.exec(line)?.[1] ?? [])
    // Training takes minutes and Python: test/training/train.test.ts runs it, and compares with what it leaves.
    .filter((command) => !command.includes('my-ranker'))
    // They do not end: test/e2e/server.test.ts asks the server, and test/e2e/page/embedded.test.ts opens the page.
    .filter((command) => !/^(?:serve|ui)\b/.test(command));

  test('there are some', () => expect(commands.length).toBeGreaterThan(4));

  test.each(commands)('npm start -- %s', async (command) => {
    // In a folder of its own, so that what it writes is gone afterwards.
    const { stdout } = await run(
      'sh',
      ['-c', `"$0" "$1" ${command}`, process.execPath, join(root, 'src/cli/main.ts')],
      { cwd: folder, env: { ...env, LLM_BLENDER_DATA: folder } },
    );
    const output = /--output (\S+)/.exec(command)?.[1];
    // A shard says nothing: its results are merged.
    const expected = command.includes('--shard') ? /^$/ : /\S/;
    expect(output === undefined ? stdout : await readFile(join(folder, output), 'utf8')).toMatch(expected);
  });
});

/** An example in a doc comment as a module: what it uses of the library is imported. */
function toModule(example: string): string {
  const usedOf = (names: object) =>
    Object.keys(names).filter((name) => new RegExp(String.raw`\b${name}\b`).test(example));
  return [
    `import { ${usedOf(library).join(', ')} } from 'llm-blender';`,
    `import { ${usedOf(batch).join(', ')} } from 'llm-blender/batch';`,
    `import { ${usedOf(server).join(', ')} } from 'llm-blender/server';`,
    example,
  ].join('\n');
}

test('every piece of TypeScript in the README, the guides and the doc comments compiles', async () => {
  const names = (await readdir(join(root, 'docs'))).filter((name) => name.endsWith('.md'));
  const guides = await Promise.all(names.map((name) => readFile(join(root, 'docs', name), 'utf8')));
  const examples = docExamples(root).flatMap(({ name, examples: found }) =>
    name in library || name in batch || name in server ? found : [],
  );
  const blocks = [readme, ...guides].flatMap((text) => codeBlocks(text, 'ts'));
  const files = await Promise.all(
    [...blocks, ...examples.map(toModule)].map(async (block, index) => {
      const file = join(folder, `block-${index}.ts`);
      await writeFile(file, `${block}\nexport {};\n`);
      return file;
    }),
  );
  expect(files.length).toBeGreaterThan(2);
  // A provider package of the AI SDK that is not installed here.
  await writeFile(
    join(folder, 'cohere.ts'),
    `import type { RerankingModelV4 } from '@ai-sdk/provider';\nexport declare const cohere: { reranking(name: string): RerankingModelV4 };\n`,
  );
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await writeFile(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: join(root, 'tsconfig.json'),
      compilerOptions: {
        noUnusedLocals: false,
        typeRoots: [join(root, 'node_modules/@types')],
        paths: {
          'llm-blender': [join(root, 'src/index.ts')],
          'llm-blender/batch': [join(root, 'src/batch/index.ts')],
          'llm-blender/evaluate': [join(root, 'src/evaluate/index.ts')],
          'llm-blender/server': [join(root, 'src/server/index.ts')],
          '@ai-sdk/cohere': ['./cohere.ts'],
        },
      },
      include: [],
      files,
    }),
  );
  const { stdout } = await run(process.execPath, [
    join(root, 'node_modules/typescript/bin/tsc'),
    '--project',
    folder,
  ]).catch((error: { stdout: string }) => error);
  expect(stdout).toBe('');
});
