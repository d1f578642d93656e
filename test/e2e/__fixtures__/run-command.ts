import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../../..');

/**
 * Runs a command of a document, `npm start -- …`, as a process of its own in a folder of its own, on the embedded model.
 * Gives what it printed to standard output.
 *
 * @param files further files of that folder, by name.
 */
export async function runCommand(
  line: string,
  { env = {}, files = {} }: { env?: Readonly<Record<string, string>>; files?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  const command = /^npm start -- (.+)$/.exec(line)?.[1];
  if (command === undefined) throw new Error(`Not a command of this package: ${line}`);
  const folder = await mkdtemp(join(tmpdir(), 'llm-blender-command-'));
  try {
    await symlink(join(root, 'examples'), join(folder, 'examples'));
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    const { stdout } = await run(
      'sh',
      ['-c', `"$0" "$1" ${command}`, process.execPath, join(root, 'src/cli/main.ts')],
      {
        cwd: folder,
        env: { ...process.env, LLM_BLENDER_MODELS: dirname(process.env['LLM_BLENDER_TEST_MODEL'] ?? ''), ...env },
      },
    );
    return stdout;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
