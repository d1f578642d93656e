/**
 * How long the figures and the report of a run take, and how long Chromium takes to open the report, on made-up pools:
 * `node benchmarks/evaluation/speed.ts [--examples 5000] [--candidates 12] [--words 200] [--folder FOLDER]`. A folder that
 * has a run is not made anew.
 */
import { access, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { summarizeRun, writeReport } from '../../src/evaluate/index.ts';
import { HTML_REPORT_FILE } from '../../src/evaluate/report/html-report.ts';
import { launchChromium } from '../../test/e2e/page/chromium.ts';
import { makeUpRun } from './made-up-run.ts';

const { values } = parseArgs({
  options: {
    examples: { type: 'string', default: '5000' },
    candidates: { type: 'string', default: '12' },
    words: { type: 'string', default: '200' },
    folder: { type: 'string' },
  },
});
const folder = values.folder ?? (await mkdtemp(join(tmpdir(), 'llm-blender-evaluation-')));
const report = join(folder, HTML_REPORT_FILE);
try {
  if (
    !(await access(join(folder, 'run.json'))
      .then(() => true)
      .catch(() => false))
  ) {
    const [examples, candidates, words] = [values.examples, values.candidates, values.words].map(Number) as [
      number,
      number,
      number,
    ];
    await timed('made-up answers', () => makeUpRun(folder, { examples, candidates, words }));
  }
  const results = await timed('metrics and figures', () => summarizeRun(folder, { join: true }));
  await timed('reports', () => writeReport(folder, results));
  process.stdout.write(`${HTML_REPORT_FILE}: ${((await stat(report)).size / 1e6).toFixed(1)} MB\n`);
  await openInBrowser();
} finally {
  if (values.folder === undefined) await rm(folder, { recursive: true });
}

async function openInBrowser(): Promise<void> {
  await using browser = await launchChromium();
  for (let round = 1; round <= 3; round++) {
    const page = await browser.newPage();
    await timed('until the list of examples is there', async () => {
      await page.goto(pathToFileURL(report).href);
      await page.locator('.examples > li').first().waitFor();
    });
    await timed('until the first example is open', async () => {
      await page.locator('.examples summary').first().click();
      await page.locator('.examples > li').first().getByRole('heading').first().waitFor();
    });
    await page.close();
  }
}

async function timed<VALUE>(name: string, work: () => Promise<VALUE>): Promise<VALUE> {
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(cpu);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const memory = (process.resourceUsage().maxRSS / 1024).toFixed(0);
  process.stdout.write(
    `${name}: ${seconds} s, ${((user + system) / 1e6).toFixed(1)} s of processor time, most memory so far ${memory} MiB\n`,
  );
  return result;
}
