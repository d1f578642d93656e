import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const modules = join(import.meta.dirname, '../../node_modules');
/** Folders whose names begin with a dot hold what tests and their tools put there themselves. */
const caches = `${modules}/.`;

test('the install stays under 950 MB and has no GPU runtime', async () => {
  let bytes = 0;
  for (const entry of await readdir(modules, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.parentPath.startsWith(caches)) continue;
    expect(entry.name).not.toMatch(/(?:cuda|vulkan).*\.(?:so|node|dll)/i);
    bytes += (await lstat(join(entry.parentPath, entry.name))).size;
  }
  expect(bytes).toBeGreaterThan(100e6);
  expect(bytes).toBeLessThan(950e6);
}, 60_000);
