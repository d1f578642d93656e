/** Builds `dist/`: of `src/` plain JavaScript and typings, one file for each source file, and the page of the server. */
import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
rmSync(join(root, 'dist'), { recursive: true, force: true });
execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '--project', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
chmodSync(join(root, 'dist/cli/entry.cjs'), 0o755);
execFileSync(process.execPath, [join(root, 'scripts/build-page.ts'), join(root, 'dist/page')], {
  cwd: root,
  stdio: 'inherit',
});
