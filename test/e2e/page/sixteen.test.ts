import { readFile, writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Download } from 'playwright-core';
import { parse } from 'yaml';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig, replayBlend } from '../../../src/index.ts';
import type { CountingServer } from '../../calls/counting-server.ts';
import { eventually } from '../../eventually.ts';
import { violations } from './axe.ts';
import { answered, ask, card, openWorld } from './page-world.ts';
import { kindOf, MODELS, promptOf, scripted, startUpstream } from './scripted-models.ts';

/** How often each model was asked, and for what. */
function asked({ requests }: CountingServer): readonly string[] {
  return requests.map(({ body }) => `${kindOf(body)} ${body.model}`);
}

function count(upstream: CountingServer, what: string): number {
  return asked(upstream).filter((one) => one === what).length;
}

async function textOf(download: Download): Promise<string> {
  return await readFile(await download.path(), 'utf8');
}

async function file(name: string, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'page-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

test('one action asks, ranks and fuses', async () => {
  const { page, upstream, faults } = await openWorld();
  await page.getByRole('button', { name: 'Explain recursion to a child.' }).click();
  await answered(page);
  expect(new Set(asked(upstream))).toEqual(
    new Set([...Object.keys(MODELS).map((name) => `answer ${name}`), 'judge owl', 'fusion quill']),
  );
  // Six pairs and the check, in both orders.
  expect(count(upstream, 'judge owl')).toBe(14);
  expect(await page.getByRole('tabpanel').first().textContent()).toContain('Imagine a box with a smaller box inside');
  expect(await page.locator('.answer-zone .zone-note').textContent()).toBe(
    'Fused from 3, beats A with probability .90',
  );
  expect(faults).toEqual([]);
});

test('cards stream side by side, and one can be looked at alone', async () => {
  const upstream = await startUpstream((body) => ({
    ...scripted(body),
    ...(kindOf(body) === 'answer' ? { pauseMs: 40 } : {}),
  }));
  const { page } = await openWorld({ upstream });
  await ask(page, 'Why?');
  for (const letter of ['A', 'B'])
    await card(page, letter)
      .getByText(/\w+ \w+/)
      .first()
      .waitFor();
  expect(upstream.running).toBeGreaterThan(1);
  await card(page, 'B').getByRole('button', { name: 'Focus' }).click();
  expect(await page.getByRole('article', { name: /^Candidate/ }).count()).toBe(1);
  await page.getByRole('button', { name: 'Next answer' }).click();
  expect(await card(page, 'B').count()).toBe(0);
  await page.getByRole('button', { name: 'Show all' }).first().click();
  expect(await card(page, 'B').count()).toBe(1);
});

test('on a phone the zones are tabs', async () => {
  const { page } = await openWorld({ browser: { viewport: { width: 360, height: 740 } } });
  await ask(page, 'Why?');
  await answered(page);
  expect(await page.getByRole('tab').allTextContents()).toEqual(
    expect.arrayContaining(['Answer', 'Candidates', 'Ranking', 'Matrix']),
  );
  await page.getByRole('tab', { name: 'Candidates' }).click();
  const dots = page.getByRole('navigation', { name: 'Go to a candidate' }).getByRole('button');
  expect(await dots.allTextContents()).toEqual(['1', '2', '3', '4']);
  expect(await dots.first().getAttribute('aria-current')).toBe('true');
  await dots.nth(2).click();
  await eventually(async () => expect(await dots.nth(2).getAttribute('aria-current')).toBe('true'));
  expect((await card(page, 'C').boundingBox())?.x).toBeLessThan(40);
  await page.getByRole('tab', { name: 'Ranking' }).click();
  expect(await page.locator('.rank-row').count()).toBe(4);
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(360);
});

test('a model is stopped, asked anew and removed', async () => {
  const upstream = await startUpstream((body) => ({
    ...scripted(body),
    ...(body.model === 'heron' && count(upstream, 'answer heron') === 0 ? { delayMs: 60_000 } : {}),
  }));
  const { page } = await openWorld({ upstream });
  await ask(page, 'Why?');
  await card(page, 'B').getByRole('button', { name: 'Stop' }).click();
  await eventually(() => expect(upstream.requests.find(({ body }) => body.model === 'heron')?.outcome).toBe('left'));
  await answered(page);
  const failed = page.getByRole('listitem').filter({ hasText: 'no answer' });
  expect(await failed.textContent()).toContain('heron');
  await failed.getByRole('button', { name: 'Retry' }).click();
  await page.getByRole('article', { name: 'Candidate E' }).getByText('Think of two mirrors').waitFor();
  expect(count(upstream, 'answer heron')).toBe(2);
  await card(page, 'D').getByRole('button', { name: 'Remove' }).click();
  await card(page, 'D').waitFor({ state: 'detached' });
  const judged = count(upstream, 'judge owl');
  await page.getByRole('button', { name: 'Rank again' }).click();
  await eventually(() => expect(count(upstream, 'judge owl')).toBeGreaterThan(judged));
  const last = upstream.requests.slice(-1).map(({ body }) => promptOf(body));
  expect(last.join()).not.toContain(MODELS['wren']?.text);
});

test('an answer is copied as the model wrote it', async () => {
  const { page } = await openWorld({ browser: { permissions: ['clipboard-read', 'clipboard-write'] } });
  await ask(page, 'Why?');
  await answered(page);
  await card(page, 'C').getByRole('button', { name: 'Copy Candidate C' }).click();
  expect(await page.evaluate<string>('navigator.clipboard.readText()')).toBe(MODELS['lark']?.text);
});

test('a model is added with its number of answers and parameters, and changed', async () => {
  const { page, upstream } = await openWorld({ models: ['quill', 'heron'] });
  await ask(page, 'Why?');
  await answered(page);
  await page.getByRole('button', { name: 'Add a model' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('combobox', { name: 'Model', exact: true }).selectOption('lab/heron');
  await dialog.getByLabel('Answers').fill('2');
  await dialog.getByLabel('Temperature').fill('0.3');
  await dialog.getByLabel('Most tokens').fill('99');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await eventually(() => expect(count(upstream, 'answer heron')).toBe(3));
  expect(upstream.requests.findLast(({ body }) => body.model === 'heron')?.body).toMatchObject({
    temperature: 0.3,
    max_tokens: 99,
  });
  await card(page, 'A').getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('dialog').getByLabel('Temperature').fill('1.5');
  await page.getByRole('button', { name: 'Ask anew' }).click();
  await eventually(() => expect(upstream.requests.at(-1)?.body).toMatchObject({ model: 'quill', temperature: 1.5 }));
});

test('what is ready is ranked, and slow ones are left behind', async () => {
  const upstream = await startUpstream((body) => ({
    ...scripted(body),
    ...(kindOf(body) === 'answer' && body.model === 'lark' ? { delayMs: 60_000 } : {}),
  }));
  const { page } = await openWorld({ upstream });
  await ask(page, 'Why?');
  await eventually(async () => expect(await page.locator('.card-facts', { hasText: 'token' }).count()).toBe(3));
  expect(count(upstream, 'judge owl')).toBe(0);
  await page.getByRole('button', { name: 'Rank what is ready' }).click();
  await page.locator('.zone-note', { hasText: 'settled' }).waitFor();
  expect(await page.locator('.rank-row').count()).toBe(3);
  expect(upstream.requests.find(({ body }) => body.model === 'lark')?.outcome).toBe('running');
});

test('the matrix fills as pairs are compared; a cell opens both orders and the words of the judge', async () => {
  const upstream = await startUpstream((body) =>
    kindOf(body) === 'judge' && count(upstream, 'judge owl') > 4 && !isOpen
      ? { ...scripted(body), delayMs: 1500 }
      : scripted(body),
  );
  let isOpen = false;
  const { page } = await openWorld({ upstream });
  await ask(page, 'Why?');
  await page.locator('.cell:not(.cell-open)').first().waitFor();
  expect(await page.locator('.cell-open').count()).toBeGreaterThan(0);
  isOpen = true;
  await answered(page);
  expect(await page.locator('.cell-open').count()).toBe(0);
  await page.getByRole('button', { name: 'A is better than D with probability .90' }).click();
  const dialog = page.getByRole('dialog');
  expect(await dialog.textContent()).toContain('Both orders agree.');
  expect(await dialog.textContent()).toContain('A shown first');
  expect(await dialog.textContent()).toContain('The first one stays with one picture that a child knows');
  expect(await dialog.textContent()).toContain('The second one is easier to follow for a child.');
  const judged = count(upstream, 'judge owl');
  await dialog.getByRole('button', { name: 'Compare again' }).click();
  await eventually(() => expect(count(upstream, 'judge owl')).toBe(judged + 2));
});

test('places come with the interval of their strength', async () => {
  const { page } = await openWorld();
  await ask(page, 'Why?');
  await answered(page);
  const rows = await page.locator('.rank-row').allTextContents();
  expect(rows.map((row) => row.slice(0, 3))).toEqual(['1A ', '2B ', '3C ', '4D ']);
  for (const row of rows) expect(row).toMatch(/−?\d\.\d to −?\d\.\d$/);
  expect(await page.locator('.zone-note', { hasText: 'settled at 100%' }).count()).toBe(1);
});

test('the fused text stands beside the best, with what it changes and why', async () => {
  const upstream = await startUpstream((body) => scripted(body, { fusedWorth: 1 }));
  const { page } = await openWorld({ upstream });
  await ask(page, 'Why?');
  await answered(page);
  expect(await page.locator('.answer-zone .zone-note').textContent()).toBe(
    'A, the best candidate; A beats the fused answer with probability .90',
  );
  expect(await page.locator('.why').textContent()).toContain('so it stays the answer');
  await page.getByRole('tab', { name: /Fusion/ }).click();
  expect(await page.locator('.beside').textContent()).toContain('You open it and find a smaller box inside');
  await page.getByText('Changes', { exact: true }).click();
  expect((await page.locator('.changes del').allTextContents()).join(' ')).toContain('That is where');
  expect((await page.locator('.changes ins').allTextContents()).join(' ')).toContain('1. Do a small piece.');
});

test('it is fused again with another fuser, number and prompt, side by side', async () => {
  const { page, upstream } = await openWorld();
  await ask(page, 'Why?');
  await answered(page);
  await page.getByRole('button', { name: 'Fuse again' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Written by').selectOption('lab/lark');
  await dialog.getByLabel('How many of the best').fill('2');
  await dialog.getByLabel('Prompt').selectOption('paper');
  await dialog.getByLabel('Ask besides').fill('Answer in a table.');
  await dialog.getByRole('button', { name: 'Fuse', exact: true }).click();
  await page.getByRole('tab', { name: /Fusion 2 [✓–]/ }).waitFor();
  const body = upstream.requests.find(
    (request) => kindOf(request.body) === 'fusion' && request.body.model === 'lark',
  )?.body;
  const prompt = body === undefined ? '' : promptOf(body);
  expect(prompt).toContain('Summarize candidates into a better one');
  expect(prompt).toContain('Answer in a table.');
  expect(prompt).toContain('Think of two mirrors');
  expect(prompt).not.toContain('Recursion is when a function');
  await page.getByRole('tab', { name: 'Side by side' }).click();
  expect(await page.locator('.beside article').count()).toBe(2);
});

test('insights are found, ticked, and fused by', async () => {
  const { page, upstream } = await openWorld();
  await ask(page, 'Why?');
  await answered(page);
  await page.getByText('Insights', { exact: true }).click();
  await page.getByRole('button', { name: 'Find insights' }).click();
  await page.getByLabel('A program can count down that way.').check();
  await page.getByRole('button', { name: 'Fuse with 1 ticked insight' }).click();
  await page.getByRole('tab', { name: /Fusion 3 [✓–]/ }).waitFor();
  expect(count(upstream, 'analysis quill')).toBe(1);
  const last = upstream.requests.findLast(({ body }) => kindOf(body) === 'fusion')?.body;
  const prompt = last === undefined ? '' : promptOf(last);
  expect(prompt).toContain('A program can count down that way.');
  expect(prompt).not.toContain('Two mirrors never stop; a recursion has to.');
});

test('a team is put together, saved, used, and exported as configuration', async () => {
  const { page, upstream } = await openWorld();
  await page.getByRole('button', { name: 'Team', exact: true }).click();
  const team = page.getByRole('region', { name: 'Team and settings' });
  for (const model of ['lab/lark', 'lab/wren']) {
    await team.getByRole('button', { name: 'Add a model' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox', { name: 'Model', exact: true }).selectOption(model);
    await dialog.getByLabel('Answers').fill('2');
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  }
  await team.getByLabel('Ranker').selectOption('small');
  await team.getByLabel('Fuser').selectOption('lab/lark');
  await team.getByLabel('How many to fuse').fill('2');
  await team.getByLabel('Name of the team').fill('small birds');
  await team.getByRole('button', { name: 'Save team' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    team.getByRole('button', { name: 'Export as configuration' }).click(),
  ]);
  const text = await textOf(download);
  expect(parse(text)).toMatchObject({ blends: { 'small-birds': { ranker: 'small', fuser: 'lab/lark', topK: 2 } } });
  const config = await loadConfig({ file: await file('blender.config.yaml', text) });
  expect(config.blends?.['small-birds']?.models).toHaveLength(2);
  await page.reload();
  await page.getByRole('button', { name: 'Team', exact: true }).click();
  await page.getByLabel('Saved teams').selectOption('small birds');
  await ask(page, 'Why?');
  await answered(page);
  expect(
    asked(upstream)
      .filter((one) => one.startsWith('answer'))
      .toSorted(),
  ).toEqual(['lark', 'lark', 'wren', 'wren'].map((model) => `answer ${model}`));
  expect(count(upstream, 'judge owl')).toBe(0);
});

test('an estimate is made before sending, and each step says what it took', async () => {
  const { page, upstream } = await openWorld();
  await page.getByRole('textbox', { name: 'Your question' }).fill('Why?');
  await page.getByRole('button', { name: 'Estimate' }).click();
  await page.getByText(/^About \d+(?: to \d+)? calls, \$/).waitFor();
  expect(upstream.requests).toEqual([]);
  await page.keyboard.press('Tab');
  await ask(page, 'Why?');
  await answered(page);
  await page.getByText('Time, tokens and cost').click();
  const rows = await page.locator('.steps tbody tr').allTextContents();
  expect(rows[0]).toMatch(/^Answers[\d.]+ s440040\$0\.00056$/);
  // 19 calls of 100 tokens read and 10 written.
  expect(rows.at(-1)).toBe('Together191,900190$0.0027');
});

test('a blind vote hides the names until then, and gives pairs to train on', async () => {
  const { page } = await openWorld();
  await page.getByLabel('Blind').check();
  await ask(page, 'Why?');
  const vote = page.getByRole('button', { name: 'C is best' });
  await vote.waitFor();
  await eventually(async () => expect(await vote.isEnabled()).toBe(true));
  const hidden = await page.locator('body').innerText();
  for (const name of ['quill', 'heron', 'lark', 'wren', 'Place 1']) expect(hidden).not.toContain(name);
  await vote.click();
  await answered(page);
  expect(await page.locator('.vote').textContent()).toContain('You chose C, the ranker A.');
  expect(await card(page, 'C').textContent()).toContain('lark');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export 1 vote as pairs' }).click(),
  ]);
  const pairs = (await textOf(download))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(pairs).toHaveLength(3);
  for (const { instruction, a, b, label } of pairs) {
    expect(instruction).toBe('Why?');
    expect(label === 1 ? a : b).toBe(MODELS['lark']?.text);
  }
});

test('the conversation goes on from any answer', async () => {
  const { page, upstream } = await openWorld();
  await ask(page, 'What is recursion?');
  await answered(page);
  await card(page, 'B').getByRole('button', { name: 'Continue' }).click();
  await ask(page, 'And where does it stop?');
  await page.locator('.question-text', { hasText: 'And where does it stop?' }).waitFor();
  await answered(page);
  const second = upstream.requests.filter(({ body }) => kindOf(body) === 'answer').slice(4);
  expect(second).toHaveLength(4);
  for (const { body } of second) {
    expect(body.messages).toMatchObject([
      { role: 'user', content: 'What is recursion?' },
      { role: 'assistant', content: MODELS['heron']?.text },
      { role: 'user', content: 'And where does it stop?' },
    ]);
  }
  expect(await page.locator('.earlier').textContent()).toContain('What is recursion?');
  // Where none is chosen it is the answer, unless one starts over.
  await page.getByPlaceholder(/^Go on from/).waitFor();
  await ask(page, 'Thanks. And then?');
  await page.locator('.question-text', { hasText: 'And then?' }).waitFor();
  await answered(page);
  const third = upstream.requests.filter(({ body }) => kindOf(body) === 'answer').slice(8);
  expect(third.map(({ body }) => body.messages.length)).toEqual([5, 5, 5, 5]);
  await page.getByRole('button', { name: 'Start over' }).click();
  await ask(page, 'Something else');
  await page.locator('.question-text', { hasText: 'Something else' }).waitFor();
  await answered(page);
  expect(upstream.requests.findLast(({ body }) => kindOf(body) === 'answer')?.body.messages).toHaveLength(1);
});

test('failed models are seen with their reason, and asked anew', async () => {
  const upstream = await startUpstream((body) =>
    body.model === 'heron' || body.model === 'wren' ? { status: 401 } : scripted(body),
  );
  const { page } = await openWorld({ upstream });
  await ask(page, 'Why?');
  await answered(page);
  const failed = page.locator('.failed');
  expect(await failed.count()).toBe(2);
  expect(await failed.first().textContent()).toContain('The provider refused access (401)');
  await failed.first().getByRole('button', { name: 'Retry' }).click();
  await eventually(() => expect(count(upstream, 'answer heron')).toBe(2));
});

test('the history survives a reload, and is exported and replayed from a file', async () => {
  const { page, upstream } = await openWorld();
  await ask(page, 'Why is the sky blue?');
  await answered(page);
  await page.waitForTimeout(800);
  await page.reload();
  await answered(page);
  const before = upstream.requests.length;
  // The session is still there, so it goes on.
  await page.getByRole('button', { name: 'Rank again' }).click();
  await eventually(() => expect(upstream.requests.length).toBeGreaterThan(before));
  await page.getByRole('button', { name: 'New', exact: true }).click();
  await page.getByRole('button', { name: 'History' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export', exact: true }).click(),
  ]);
  const text = await textOf(download);
  const types: string[] = [];
  for await (const part of replayBlend(text)) types.push(part.type);
  expect(types).toContain('blend-end');
  const asks = upstream.requests.length;
  await page.locator('input[accept*=".jsonl"]').setInputFiles(await file('sky.jsonl', text));
  await page.getByText('Replay of sky.jsonl. Nothing is sent.').waitFor();
  expect(await page.locator('.question-text').textContent()).toBe('Why is the sky blue?');
  expect(await page.getByRole('button', { name: 'Retry' }).count()).toBe(0);
  expect(upstream.requests).toHaveLength(asks);
});

test('images go with the question, to every model, and within the limit of the server', async () => {
  const { page, upstream, faults } = await openWorld({
    blend: { ranker: 'small', fusion: false },
    server: { limits: { bodyBytes: 400_000 } },
  });
  const image = (name: string, size: number, mimeType = 'image/png') => ({
    name,
    mimeType,
    buffer: Buffer.alloc(size, 1),
  });
  const input = page.getByLabel('Attach images');
  await eventually(async () => expect(await input.isEnabled()).toBe(true));
  await input.setInputFiles([image('chart.png', 30_000), image('other.png', 2000), image('large.png', 300_000)]);
  await page.getByText('Too large: large.png').waitFor();
  const attached = page.getByRole('list', { name: 'Attached images' });
  await attached.getByText('30 kB').waitFor();
  await input.setInputFiles([image('script.svg', 10, 'image/svg+xml')]);
  await page.getByText('and not script.svg').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Remove other.png' }).click();
  await ask(page, 'What is in the picture?');
  await answered(page);
  const url = `data:image/png;base64,${Buffer.alloc(30_000, 1).toString('base64')}`;
  const content = (text: string, address: string) => [
    { type: 'text', text },
    { type: 'image_url', image_url: { url: address } },
  ];
  expect(upstream.requests.map(({ body }) => body.messages.at(-1)?.content)).toEqual(
    Object.keys(MODELS).map(() => content('What is in the picture?', url)),
  );
  expect(await attached.count()).toBe(0);
  expect(await page.locator('.question-text').innerText()).toContain('What is in the picture?');
  await input.setInputFiles([image('next.png', 3)]);
  await ask(page, 'And in this one?');
  await eventually(() => expect(upstream.requests.length).toBe(8));
  expect(upstream.requests.at(-1)?.body.messages.at(-1)?.content).toEqual(
    content('And in this one?', 'data:image/png;base64,AQEB'),
  );
  expect(faults).toEqual([]);
});
