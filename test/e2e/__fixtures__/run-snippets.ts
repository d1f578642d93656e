import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../../..');

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

/** Runs pieces of TypeScript as a user would, on the embedded model, in one process. Gives the lines that each has logged. */
export async function runSnippets(blocks: readonly string[]): Promise<readonly (readonly string[])[]> {
  const folder = await mkdtemp(join(tmpdir(), 'llm-blender-snippets-'));
  try {
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
    return JSON.parse(stdout) as string[][];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a block says that it prints: the comment behind each console.log. */
export function promisedLines(block: string): readonly string[] {
  return [...block.matchAll(/^console\.log\(.*\); \/\/ (.*)$/gm)].map(([, text = '']) => text);
}
