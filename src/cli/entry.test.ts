import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };

const run = promisify(execFile);
const entry = join(import.meta.dirname, 'entry.cts');

/** The command under a Node that says it is of this version. */
function versionUnder(node: string): Promise<{ code?: number; stdout: string; stderr: string }> {
  const script = `
    Object.defineProperty(process, 'versions', { value: { ...process.versions, node: ${JSON.stringify(node)} } });
    process.argv = [process.execPath, ${JSON.stringify(entry)}, '--version'];
    require(${JSON.stringify(entry)});`;
  return run(process.execPath, ['--eval', script]).catch(
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
}

test.each(['22.18.9', '20.20.2', '22.9.0', '6.17.1', '22.0.0-nightly20240411'])(
  'under Node %s it says in one sentence what it needs',
  async (version) => {
    const { code, stdout, stderr } = await versionUnder(version);
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: `error: llm-blender needs Node.js 22.19 or newer, and this is ${version}: get a newer one from https://nodejs.org.\n`,
    });
  },
);

test.each(['22.19.0', '22.100.0', '25.0.0-rc.1'])('under Node %s it runs', async (version) => {
  expect(await versionUnder(version)).toEqual({ stdout: `${packageJson.version}\n`, stderr: '' });
});
