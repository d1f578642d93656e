import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import * as batch from '../../src/batch/index.ts';
import * as library from '../../src/index.ts';
import * as server from '../../src/server/index.ts';
import { codeBlocks } from './__fixtures__/code-blocks.ts';
import { docExamples } from './__fixtures__/doc-examples.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const readme = await readFile(join(root, 'README.md'), 'utf8');
let folder = '';
/** What commands are run with. */
let env: NodeJS.ProcessEnv = {};

// The default blend with shorter answers: whether a command runs does not depend on how much a model writes.
const MEMBERS = { models: ['local/smollm2-135m-instruct'], samples: 3 };
const SHORT_BLEND = { ...MEMBERS, maxOutputTokens: 16 };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llm-blender-documents-'));
  await symlink(join(root, 'examples'), join(folder, 'examples'));
  const short = join(folder, 'short.json');
  await writeFile(short, JSON.stringify({ blends: { local: SHORT_BLEND } }));
  env = {
    ...process.env,
    LLM_BLENDER_MODELS: dirname(process.env['LLM_BLENDER_TEST_MODEL'] ?? ''),
    LLM_BLENDER_DATA: folder,
    LLM_BLENDER_CONFIG: short,
  };
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('the JSON that the README redirects into a file is JSON', async () => {
  const [command = ''] = /^npm start .*--json > answer\.json$/m.exec(readme) ?? [];
  await run('sh', ['-c', command.replace('npm start', `npm start --prefix '${root}'`)], { cwd: folder, env });
  const answer = JSON.parse(await readFile(join(folder, 'answer.json'), 'utf8'));
  expect(answer).toMatchObject({ text: expect.any(String), candidates: { length: 5 } });
});

/** The commands in the `sh` blocks of a document, each once. */
function commandsOf(document: string): readonly string[] {
  const lines = codeBlocks(document, 'sh').flatMap((block) => block.split('\n'));
  const commands = lines
    .flatMap((line) => /(?:npm start --|^llm-blender) (.+)$/.exec(line)?.[1] ?? [])
    // Training takes minutes and Python: test/training/train.test.ts runs it, and compares with what it leaves.
    .filter((command) => !command.includes('my-ranker'))
    // They do not end: test/e2e/server.test.ts asks the server, and test/e2e/page/embedded.test.ts opens the page.
    .filter((command) => !/^(?:serve|ui)\b/.test(command));
  return [...new Set(commands)];
}

/** Runs a command as its document has it, and gives what it has written. That is gone with the folder. */
async function outputOf(command: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const { stdout } = await run('sh', ['-c', `"$0" "$1" ${command}`, process.execPath, join(root, 'src/cli/main.ts')], {
    cwd: folder,
    env: environment,
  });
  const output = /--output (\S+)/.exec(command)?.[1];
  return output === undefined ? stdout : readFile(join(folder, output), 'utf8');
}

describe.each(['README', 'docs/telemetry', 'docs/files', 'docs/batch', 'docs/preferences', 'docs/server'])(
  'every command of %s.md runs',
  async (name) => {
    const commands = commandsOf(await readFile(join(root, `${name}.md`), 'utf8'));

    test('there are some', () => expect(commands.length).toBeGreaterThan(1));

    test.each(commands)('npm start -- %s', async (command) => {
      // A shard says nothing: its results are merged.
      expect(await outputOf(command, env)).toMatch(command.includes('--shard') ? /^$/ : /\S/);
    });
  },
);

describe('every command of docs/configuration.md runs, with the file that the first one writes', async () => {
  const [init = '', ...commands] = commandsOf(await readFile(join(root, 'docs/configuration.md'), 'utf8'));

  test(`npm start -- ${init}`, async () => {
    expect(await outputOf(init, { ...env, LLM_BLENDER_CONFIG: undefined })).toMatch(/\S/);
    const file = join(folder, 'blender.config.yaml');
    const written = parse(await readFile(file, 'utf8')) as object;
    expect(written).toMatchObject({ blends: { main: MEMBERS }, defaults: { blend: 'main' } });
    await writeFile(file, stringify({ ...written, blends: { main: SHORT_BLEND, local: SHORT_BLEND } }));
  });

  test.each(commands)('npm start -- %s', async (command) => {
    expect(await outputOf(command, { ...env, LLM_BLENDER_CONFIG: undefined })).toMatch(/\S/);
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
