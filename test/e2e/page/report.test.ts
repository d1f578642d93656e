import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { runBatch } from '../../../src/batch/index.ts';
import { runEvaluation, summarizeRun, writeReport } from '../../../src/evaluate/index.ts';
import { violations } from './axe.ts';
import { startFake } from '../../../src/server/__fixtures__/fake-server.ts';
import { KeyStore } from '../../../src/server/index.ts';
import { openPage } from './page-world.ts';

/** Text that would run, load or end something, if it were taken for markup. */
const HOSTILE = `</script><script>document.title = 'taken'</script><img src="http://127.0.0.1:9/x" onerror="document.title = 'taken'">`;

const BETTER = 'Canberra is the capital of Australia, and has been since 1913.';
const RECORDS = Array.from({ length: 30 }, (_, index) => ({
  id: `record-${index}`,
  instruction: index === 0 ? `What does this do? ${HOSTILE}` : `Question ${index}: what is the capital of Australia?`,
  category: index % 2 === 0 ? 'even' : 'odd',
  candidates: [
    { model: 'good', text: BETTER, preference: 1 },
    { model: 'bad', text: index === 0 ? HOSTILE : `I like trains ${index}.`, preference: 0 },
  ],
}));

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llm-blender-report-'));
  const lines = RECORDS.map((record) => `${JSON.stringify(record)}\n`).join('');
  const run = runEvaluation({
    kind: 'ranker',
    sources: [{ name: 'data.jsonl', chunks: Readable.from([lines]) }],
    output: folder,
    rankers: ['small'],
  });
  for await (const part of run) if (part.type === 'example-error') throw new Error(part.message);
  await summarizeRun(folder, { join: true, resamples: 100 });
  // A blend beside the ranker, so that one report has all that can be in it.
  const path = join(folder, 'examples.jsonl');
  const [first = '', ...others] = (await readFile(path, 'utf8')).split('\n');
  const spent = { rankerPasses: 2, modelCalls: 3, cost: 0.01 };
  const texts = [BETTER, 'I like trains.', `${BETTER} ${HOSTILE}`].map((text) => ({
    text,
    characters: text.length,
    metrics: { chrf: 12.5 },
  }));
  const blend = {
    ranker: 'small',
    texts,
    candidates: [
      { id: '1', model: 'good', text: 0, rank: 1, score: 0.5 },
      { id: '2', model: 'bad', text: 1, rank: 2, score: -0.5 },
    ],
    variants: [
      { topK: 2, fused: 2, decision: 'fused', decisionReason: 'It is better.', probability: 0.75, spent },
      { topK: 1, fused: null, decision: 'best-candidate', decisionReason: 'Only one.', probability: null, spent },
    ],
    outcomes: [],
    failures: [{ model: 'late', kind: 'late', message: `Too slow. ${HOSTILE}` }],
    spent,
  };
  const example = { ...(JSON.parse(first) as object), blends: { mine: blend, broken: { error: HOSTILE } } };
  await writeFile(path, [JSON.stringify(example), ...others].join('\n'));
  await writeReport(folder, await summarizeRun(folder, { resamples: 100 }));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function openReport(options: Parameters<typeof openPage>[1] = {}): Promise<Page> {
  return openPage(pathToFileURL(join(folder, 'report.html')).href, options);
}

test('a report is one file that shows figures and examples, and what models wrote as text', async () => {
  const faults: string[] = [];
  const page = await openReport({ faults });
  await page.getByRole('heading', { name: 'Evaluation of rankers' }).waitFor();
  expect(
    await page
      .getByRole('row', { name: /^small ranker/ })
      .first()
      .textContent(),
  ).toMatch(/\d to \d/);
  const list = page.locator('.examples > li');
  await page.getByText('30 of 30 examples').waitFor();
  expect(await list.count()).toBe(25);
  await list.first().locator('summary').first().click();
  await page.getByRole('region', { name: 'Blend mine' }).waitFor();
  const opened = (await list.first().textContent()) ?? '';
  for (const shown of [
    HOSTILE,
    BETTER,
    'late failed',
    'broken failed',
    'Fused from 2, kept, P 0.75',
    '1 comparison by small',
  ]) {
    expect(opened).toContain(shown);
  }
  expect(await list.first().locator('ins').textContent()).toContain(HOSTILE);
  expect(await page.title()).toBe('Evaluation (ranker): data.jsonl');
  expect(faults).toEqual([]);
});

test('examples are found, filtered and put in order, and so are the rows of tables', async () => {
  const page = await openReport();
  await page.getByLabel('Find').fill('question 7');
  await page.getByText('1 of 30 examples').waitFor();
  await page.getByLabel('Find').fill('');
  await page.getByLabel('Category').last().selectOption('odd');
  await page.getByText('15 of 30 examples').waitFor();
  await page.getByLabel('Where').selectOption({ label: 'small chose the best' });
  await page
    .getByRole('status')
    .getByText(/^1\d of 30 examples$/)
    .waitFor();
  const table = page.getByRole('table').filter({ hasText: 'Top-1' }).first();
  const rows = async () => (await table.getByRole('rowheader').allTextContents()).map((text) => text.split(' ')[0]);
  const before = await rows();
  await table.getByRole('button', { name: 'Top-1 %' }).click();
  await table.getByRole('button', { name: 'Top-1 %' }).click();
  expect(await table.locator('[aria-sort="ascending"]').count()).toBe(1);
  expect((await rows())[0]).toMatch(/bad|shortest|random/);
  expect((await rows()).toSorted()).toEqual(before.toSorted());
});

test('a report says what is best and what it took, and its address leads back to what was shown', async () => {
  const page = await openReport();
  await page.getByText(/^Best by Accuracy %: small, [\d.]+ \[.*\]\.$/).waitFor();
  expect(await page.getByRole('region', { name: 'Table: What it took' }).textContent()).toContain('small ranker');
  await page.getByRole('link', { name: 'Examples' }).click();
  expect(await page.evaluate('document.activeElement.id')).toBe('examples-title');
  await page.getByLabel('Find').fill('nothing like it');
  await page.getByText('0 of 30 examples').waitFor();
  await page.getByRole('button', { name: 'Show all' }).click();
  await page.getByLabel('Where').selectOption({ label: 'good is best' });
  await page.getByText('30 of 30 examples').waitFor();
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByText('Question 27').click();
  const link = await page.getByRole('link', { name: 'Link to this example' }).getAttribute('href');
  expect(link).toBe(new URL(page.url()).hash);
  await page.reload();
  await page.getByText('Page 2 of 2').waitFor();
  expect(await page.getByLabel('Where').inputValue()).toBe('best\ngood');
  await page.locator('details[open]').getByText('★ best').waitFor();
  // A link shows its example in any case.
  await page.goto(`${page.url().split('#')[0]}#find=nothing&example=record-3`);
  await page.locator('details[open]').getByText('record-3').waitFor();
  await page.getByText('Page 1 of 2').waitFor();
});

// The light one is looked at in the page.
test('axe finds nothing in a dark report, and a narrow one is no wider than its screen', async () => {
  const page = await openReport({ colorScheme: 'dark', viewport: { width: 360, height: 900 } });
  await page.locator('.examples summary').first().click();
  await page.getByRole('region', { name: 'Blend mine' }).waitFor();
  await page.getByText('What the columns mean').first().click();
  expect(await violations(page)).toEqual([]);
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(360);
});

test('a report that was cut says so', async () => {
  const path = join(folder, 'report.html');
  const whole = await readFile(path, 'utf8');
  const block = /<script type="application\/octet-stream" id="block-0">[^<]*<\/script>\n/;
  const cut = join(folder, 'cut.html');
  await writeFile(cut, whole.replace(block, ''));
  const page = await openPage(pathToFileURL(cut).href);
  await page.locator('.examples summary').first().click();
  expect(await page.getByRole('alert').textContent()).toBe('The report has no part block-0. Is the file whole?');
});

test('reports of evaluations and batch jobs open in the page, behind its key, and what models wrote is text', async () => {
  const job = join(folder, '..', `${basename(folder)}-job`);
  onTestFinished(() => rm(job, { recursive: true, force: true }));
  const batch = runBatch({
    job,
    input: Array.from({ length: 60 }, (_, n) => ({ id: `question-${n}`, n })),
    work: async ({ n }) => {
      if (n === 7) throw new Error(`no answer ${HOSTILE}`);
      return { text: n === 0 ? HOSTILE : `answer ${n}` };
    },
  });
  for await (const part of batch) if (part.type === 'batch-end') expect(part.counts.failed).toBe(1);
  const keys = new KeyStore(join(job, '.keys.json'));
  const { key } = await keys.create('reader');
  const server = await startFake({}, { reports: [folder, job], keys });
  const faults: string[] = [];
  const page = await openPage(server.url, { faults, viewport: { width: 390, height: 900 } });
  await page.getByRole('link', { name: 'Reports' }).click();
  await page.getByLabel('Key').fill(key);
  await page.getByRole('button', { name: 'Use this key' }).click();
  await page.getByRole('heading', { name: 'Reports' }).waitFor();
  await page.getByRole('link', { name: basename(folder), exact: true }).waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('link', { name: basename(folder), exact: true }).click();
  await page.getByRole('heading', { name: 'Evaluation of rankers' }).waitFor();
  await page.locator('.examples summary').first().click();
  await page.getByRole('region', { name: 'Blend mine' }).waitFor();
  expect(await page.locator('.examples > li').first().textContent()).toContain(HOSTILE);
  expect(await violations(page)).toEqual([]);
  await page.getByRole('link', { name: 'All reports' }).click();
  await page.getByRole('link', { name: basename(job) }).click();
  await page.getByText('question-0', { exact: false }).waitFor();
  expect(await page.locator('.job-facts').textContent()).toMatch(/complete.*60.*59.*1/);
  expect(await page.locator('.examples > li').count()).toBe(50);
  await page.locator('.examples summary').first().click();
  expect(await page.getByRole('region', { name: 'text' }).textContent()).toContain(HOSTILE);
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByText('60. question-59').waitFor();
  await page.getByLabel('Only those that failed').check();
  await page.getByText('8. question-7').click();
  await page.getByText('no answer').waitFor();
  expect(await page.locator('.examples > li').count()).toBe(1);
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(390);
  expect(await page.title()).toBe('Reports of LLM-Blender');
  // The browser itself tells of requests without a key.
  expect(faults.filter((fault) => !fault.includes('401'))).toEqual([]);
});
