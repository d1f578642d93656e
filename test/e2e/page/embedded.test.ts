import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { eventually } from '../../eventually.ts';
import { openPage } from './page-world.ts';

test('on a fresh machine ui opens the page, and the embedded model answers the first question', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'page-ui-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const browser = join(folder, 'browser');
  await writeFile(browser, `#!/bin/sh\necho "$1" > ${JSON.stringify(join(folder, 'opened'))}\n`);
  await chmod(browser, 0o755);
  const main = join(import.meta.dirname, '../../../src/cli/main.ts');
  const child = spawn(process.execPath, [main, 'ui', '--port', '0'], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      LLM_BLENDER_THREADS: process.env['LLM_BLENDER_THREADS'],
      HOME: folder,
      BROWSER: browser,
      LLM_BLENDER_MODELS: dirname(process.env['LLM_BLENDER_TEST_MODEL'] ?? ''),
      LLM_BLENDER_DATA: folder,
    },
    stdio: 'ignore',
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let url = '';
  await eventually(async () => {
    url = (await readFile(join(folder, 'opened'), 'utf8')).trim();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });
  const faults: string[] = [];
  const page = await openPage(url, { faults });
  await page.getByText('a very small model inside of this program').waitFor();
  await page.getByRole('button', { name: 'Add a stronger model' }).click();
  expect(await page.getByRole('dialog').textContent()).toContain('llm-blender init');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Write a haiku about a train that is late.' }).click();
  await page.locator('.phase-words', { hasText: / calls?, free/ }).waitFor({ timeout: 120_000 });
  expect((await page.locator('.answer-text').first().innerText()).length).toBeGreaterThan(20);
  expect(await page.locator('.rank-row').count()).toBe(3);
  expect(faults).toEqual([]);
});
