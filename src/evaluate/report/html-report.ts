import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { pageFolder } from '../../built/page-folder.ts';
import { type EvaluatedExample, isAnswered } from '../results/evaluated-example.ts';
import { goldOf, goldSourceOf } from '../results/gold.ts';
import { readEvaluated } from '../results/join-answers.ts';
import type { EvaluationResults } from '../results/results-schema.ts';
import {
  blockId,
  DATA_ID,
  questionText,
  type ExampleMark,
  type ReportData,
  type ReportEntry,
  type ReportExample,
} from './report-data.ts';

/** Examples in a block. More pack better, fewer open faster. */
const BLOCK_SIZE = 50;

/** Characters of a prompt in the list of examples. */
const TITLE_CHARACTERS = 160;

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
  const source = await goldSourceOf(readEvaluated(folder), results.judge ?? undefined);
  const path = join(folder, HTML_REPORT_FILE);
  const draft = `${path}.new`;
  const file = createWriteStream(draft);
  const write = (text: string) =>
    file.write(text) ? Promise.resolve() : new Promise<void>((resolve) => file.once('drain', resolve));
  try {
    await write(headOf(results, { script, style }));
    const entries: ReportEntry[] = [];
    let block: ReportExample[] = [];
    let blocks = 0;
    const endBlock = async () => {
      await write(await dataElement(blockId(blocks), block));
      blocks += 1;
      block = [];
    };
    for await (const example of readEvaluated(folder)) {
      const goldRanks = source === undefined ? undefined : goldOf(example, source)?.ranks;
      entries.push(entryOf(example, goldRanks));
      block.push({ ...example, goldRanks: goldRanks?.map((rank) => (Number.isNaN(rank) ? null : rank)) ?? null });
      if (block.length === BLOCK_SIZE) await endBlock();
    }
    if (block.length > 0) await endBlock();
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

function entryOf(example: EvaluatedExample, goldRanks: readonly number[] | undefined): ReportEntry {
  const { id, question, category, candidates, rankers, judges, blends } = example;
  const marks: [string, ExampleMark][] = [
    ...Object.entries({ ...judges, ...rankers }).map(([name, answer]): [string, ExampleMark] => {
      if (!isAnswered(answer)) return [name, 'failed'];
      const rank = goldRanks?.[answer.best] ?? Number.NaN;
      return [name, Number.isNaN(rank) ? 'unknown' : rank === 1 ? 'best' : 'missed'];
    }),
    ...Object.entries(blends).map(([name, answer]): [string, ExampleMark] => {
      if (!isAnswered(answer)) return [name, 'failed'];
      return [name, answer.variants.some(({ decision }) => decision === 'fused') ? 'fused' : 'candidate'];
    }),
  ];
  const answers = candidates.length > 0 ? candidates.length : Math.max(0, ...blendSizes(blends));
  return {
    id,
    title: questionText(question).slice(0, TITLE_CHARACTERS),
    category,
    candidates: answers,
    marks: Object.fromEntries(marks),
  };
}

function blendSizes(blends: EvaluatedExample['blends']): readonly number[] {
  return Object.values(blends).map((answer) => (isAnswered(answer) ? answer.candidates.length : 0));
}
