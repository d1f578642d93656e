import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { pageFolder } from '../../built/page-folder.ts';
import type { EvaluationResults } from '../results/results-schema.ts';
import { BLOCK_SIZE, reportBlocks } from './report-blocks.ts';
import { blockId, DATA_ID, type ReportData, type ReportEntry } from './report-data.ts';

/** The file in the folder of a run. */
export const HTML_REPORT_FILE = 'report.html';

/**
 * Writes `report.html` to the folder of a run: one file that needs nothing else, makes no request, and shows the figures
 * and all examples. Texts of models are in it as compressed data, never as markup.
 */
export async function writeHtmlReport(folder: string, results: EvaluationResults): Promise<void> {
  const built = join(await pageFolder(), 'report');
  // What ends a script element may stand in a string of it.
  const script = (await readFile(join(built, 'report.js'), 'utf8')).replaceAll('</script', String.raw`<\/script`);
  const style = await readFile(join(built, 'report.css'), 'utf8');
  const path = join(folder, HTML_REPORT_FILE);
  const draft = `${path}.new`;
  const file = createWriteStream(draft);
  const write = (text: string) =>
    file.write(text) ? Promise.resolve() : new Promise<void>((resolve) => file.once('drain', resolve));
  try {
    await write(headOf(results, { script, style }));
    const entries: ReportEntry[] = [];
    let blocks = 0;
    for await (const block of reportBlocks(folder, results)) {
      await write(await dataElement(blockId(blocks), block.examples));
      entries.push(...block.entries);
      blocks += 1;
    }
    const data: ReportData = { results, entries, blockSize: BLOCK_SIZE };
    await write(await dataElement(DATA_ID, data));
    await write(`<script type="module">${script}</script>\n</body>\n</html>\n`);
    file.end();
    await finished(file);
    await rename(draft, path);
  } finally {
    file.destroy();
    await rm(draft, { force: true });
  }
}

/** The head, with a policy that lets nothing run but this script, and nothing be loaded. */
function headOf({ kind }: EvaluationResults, { script, style }: { script: string; style: string }): string {
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const policy = [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Evaluation (${kind})</title>
<style>${style}</style>
</head>
<body>
<div id="root"><p>Opening the report. It needs JavaScript.</p></div>
`;
}

/** Compressed, so that no text of a model is markup, and thousands of examples are a few megabytes. */
async function dataElement(id: string, data: unknown): Promise<string> {
  const packed = await promisify(gzip)(JSON.stringify(data), { level: 6 });
  return `<script type="application/octet-stream" id="${id}">${packed.toString('base64')}</script>\n`;
}
