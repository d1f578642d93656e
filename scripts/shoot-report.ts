/** Takes the screenshots of a report for `docs/page/`, of made-up answers: `node scripts/shoot-report.ts FOLDER`. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { makeUpRun } from '../benchmarks/evaluation/made-up-run.ts';
import { summarizeRun, writeReport } from '../src/evaluate/index.ts';
import { HTML_REPORT_FILE } from '../src/evaluate/report/html-report.ts';
import { launchChromium } from '../test/e2e/page/chromium.ts';

/** What is in the documents: a part of the report at a width. */
const PICTURES = [
  { part: 'top', width: 1440, height: 1000, colorScheme: 'light' },
  { part: 'diagrams', width: 1440, height: 1000, colorScheme: 'light' },
  { part: 'example', width: 390, height: 844, colorScheme: 'dark' },
] as const;

type Part = (typeof PICTURES)[number]['part'];

const [, , folder = ''] = process.argv;
if (folder === '') throw new Error('Name the folder to write.');
await mkdir(folder, { recursive: true });
const run = await mkdtemp(join(tmpdir(), 'llm-blender-report-'));
try {
  await makeUpRun(run, { examples: 120, candidates: 5, words: 60 });
  await writeReport(run, await summarizeRun(run, { join: true }));
  await using browser = await launchChromium();
  for (const { part, width, height, colorScheme } of PICTURES) {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme });
    const page = await context.newPage();
    await page.goto(pathToFileURL(join(run, HTML_REPORT_FILE)).href);
    await page.locator('.examples > li').first().waitFor();
    await show(page, part);
    const session = await context.newCDPSession(page);
    const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 85 });
    await writeFile(join(folder, `report-${part}-${width}-${colorScheme}.webp`), Buffer.from(data, 'base64'));
    await context.close();
  }
} finally {
  await rm(run, { recursive: true });
}

async function show(page: Page, part: Part): Promise<void> {
  if (part === 'top') return;
  const first = page.locator('.examples > li').first();
  if (part === 'example') {
    await first.locator('summary').first().click();
    await first.getByRole('heading').first().waitFor();
  }
  const shown = part === 'example' ? first : page.getByRole('heading', { name: 'Wins against each other' });
  await shown.evaluate((element) => element.scrollIntoView());
}
