/** Takes the screenshot of a report for `docs/page/`, of made-up answers: `node scripts/shoot-report.ts FOLDER`. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { makeUpRun } from '../benchmarks/evaluation/made-up-run.ts';
import { summarizeRun, writeReport } from '../src/evaluate/index.ts';
import { HTML_REPORT_FILE } from '../src/evaluate/report/html-report.ts';
import { launchChromium } from '../test/e2e/page/chromium.ts';

const WIDTHS = { 1440: 1000, 390: 844 };

/** Parts of the report that are seen one after the other. */
const PARTS = ['top', 'figures', 'example'] as const;

const [, , folder = ''] = process.argv;
if (folder === '') throw new Error('Name the folder to write.');
await mkdir(folder, { recursive: true });
const run = await mkdtemp(join(tmpdir(), 'llm-blender-report-'));
try {
  await makeUpRun(run, { examples: 120, candidates: 5, words: 60 });
  await writeReport(run, await summarizeRun(run, { join: true }));
  await using browser = await launchChromium();
  for (const [width, height] of Object.entries(WIDTHS)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({ viewport: { width: Number(width), height }, colorScheme });
      const page = await context.newPage();
      await page.goto(pathToFileURL(join(run, HTML_REPORT_FILE)).href);
      await page.locator('.examples > li').first().waitFor();
      for (const part of PARTS) {
        await show(page, part);
        const session = await context.newCDPSession(page);
        const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 85 });
        await writeFile(join(folder, `report-${part}-${width}-${colorScheme}.webp`), Buffer.from(data, 'base64'));
      }
      await context.close();
    }
  }
} finally {
  await rm(run, { recursive: true });
}

async function show(page: Page, part: (typeof PARTS)[number]): Promise<void> {
  if (part === 'figures') await page.getByRole('heading', { level: 2 }).nth(2).scrollIntoViewIfNeeded();
  if (part !== 'example') return;
  const first = page.locator('.examples > li').first();
  await first.locator('summary').first().click();
  await first.getByRole('heading').first().waitFor();
  await first.evaluate((element) => element.scrollIntoView());
}
