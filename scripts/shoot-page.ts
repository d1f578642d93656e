/** Takes the screenshots of the page for `docs/page/`, with scripted models: `node scripts/shoot-page.ts FOLDER`. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { createBlender } from '../src/index.ts';
import { startServer } from '../src/server/index.ts';
import { launchChromium } from '../test/e2e/page/chromium.ts';
import { labConfig, MODELS, scripted, startUpstream } from '../test/e2e/page/scripted-models.ts';

const WIDTHS = { 1440: 980, 768: 1024, 360: 740 };

const [, , folder = ''] = process.argv;
if (folder === '') throw new Error('Name the folder to write.');
await mkdir(folder, { recursive: true });

await using upstream = await startUpstream((body) =>
  body.model === 'crane'
    ? { status: 401 }
    : { ...scripted(body), pauseMs: 8, inputTokens: 180, outputTokens: (scripted(body).text ?? '').split(' ').length },
);
const config = labConfig(upstream.baseURL, [...Object.keys(MODELS), 'crane']);
await using blender = createBlender(config as Parameters<typeof createBlender>[0]);
await using server = await startServer({ blender, config: config as Parameters<typeof createBlender>[0], port: 0 });
await using browser = await launchChromium();

for (const [width, height] of Object.entries(WIDTHS)) {
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({ viewport: { width: Number(width), height }, colorScheme });
    const page = await context.newPage();
    await page.goto(server.url);
    await page.getByRole('button', { name: 'Explain recursion to a child.' }).waitFor();
    const shoot = async (name: string) => {
      const session = await context.newCDPSession(page);
      const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 85 });
      await writeFile(join(folder, `${name}-${width}-${colorScheme}.webp`), Buffer.from(data, 'base64'));
    };
    // The other states once each: they are a matter of the answer's width and colours too.
    const isWide = width === '1440' && colorScheme === 'light';
    if (isWide) await shoot('first');
    await page.getByRole('button', { name: 'Explain recursion to a child.' }).click();
    await page.locator('.phase-words', { hasText: ' calls, ' }).waitFor();
    await settle(page);
    await shoot('answer');
    if (isWide) {
      await page.getByRole('tab', { name: /Fusion/ }).click();
      await page.getByText('Changes', { exact: true }).click();
      await settle(page);
      await shoot('changes');
      await page.locator('.cell').first().click();
      await settle(page);
      await shoot('pair');
    }
    if (width === '360' && colorScheme === 'dark') {
      await page.getByRole('tab', { name: 'Candidates' }).click();
      await settle(page);
      await shoot('candidates');
    }
    await context.close();
  }
}

/** Until what moves stands, and the pointer rests on nothing. */
async function settle(page: Page): Promise<void> {
  await page.mouse.move(0, 0);
  await page.waitForTimeout(500);
}
