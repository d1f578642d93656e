/** Builds the page into a folder, with compressed twins of its files: `node scripts/build-page.ts FOLDER`. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { build } from 'vite';

const [, , folder = ''] = process.argv;
if (folder === '') throw new Error('Name the folder to write.');
// Of the tests it would be that of development, with a React three times as large.
process.env['NODE_ENV'] = 'production';
const outDir = resolve(folder);
const built = await build({
  configFile: join(import.meta.dirname, '../page/vite.config.ts'),
  logLevel: 'warn',
  build: { outDir },
});
const report = await build({
  configFile: join(import.meta.dirname, '../page/report.vite.config.ts'),
  logLevel: 'warn',
  build: { outDir: join(outDir, 'report') },
});
const outputs = [built, report].flat().flatMap((one) => ('output' in one ? one.output : []));
const modules = outputs.flatMap((one) => (one.type === 'chunk' ? one.moduleIds : []));
await writeFile(join(outDir, 'licenses.txt'), await licenses(modules));
for (const entry of await readdir(outDir, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const path = join(entry.parentPath, entry.name);
  const bytes = await readFile(path);
  await writeFile(`${path}.gz`, await promisify(gzip)(bytes, { level: 9 }));
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  await writeFile(`${path}.br`, await promisify(brotliCompress)(bytes, { params }));
}

/** The licences of the packages that are in the page, which they ask to be kept with it. */
async function licenses(ids: readonly string[]): Promise<string> {
  const folders = ids.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id)?.[0] ?? []);
  const texts = await Promise.all(
    [...new Set(folders)].toSorted().map(async (path) => {
      const { name, version, license } = JSON.parse(await readFile(join(path, 'package.json'), 'utf8')) as {
        name: string;
        version: string;
        license?: string;
      };
      const file = (await readdir(path)).find((one) => /^licen[cs]e(?:\.|$)/i.test(one));
      const text = file === undefined ? '' : await readFile(join(path, file), 'utf8');
      return `${name} ${version}: ${license ?? 'see below'}\n\n${text.trim()}\n`;
    }),
  );
  return texts.join(`\n${'-'.repeat(72)}\n\n`);
}
