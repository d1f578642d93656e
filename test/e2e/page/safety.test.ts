import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { KeyStore } from '../../../src/server/index.ts';
import { eventually } from '../../eventually.ts';
import { answered, ask, card, openPage, openWorld } from './page-world.ts';
import { kindOf, labConfig, scripted, startUpstream } from './scripted-models.ts';

/** A server that models name, and that nobody may ask. */
async function trap() {
  const hits: string[] = [];
  const server = createServer((request, response) => {
    hits.push(request.url ?? '');
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { hits, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function hostile(trapUrl: string): string {
  return [
    '<script>document.title = "owned"; fetch("/v1/blends")</script>',
    `<img src="${trapUrl}/html.png" onerror="alert(1)"><svg onload="alert(2)"></svg>`,
    `<iframe src="${trapUrl}/frame"></iframe><style>body { display: none }</style>`,
    `![a picture](${trapUrl}/markdown.png)`,
    `[![both](${trapUrl}/inner.png)](${trapUrl}/link)`,
    '[click me](javascript:alert(3)) [or me](JaVaScRiPt&#58;alert(4)) [data](data:text/html,<script>alert(5)</script>) [vb](vbscript:x)',
    `[bank.example](${trapUrl}/phish "https://bank.example")`,
    '<javascript:alert(6)> <https://example.com/auto>',
    '[ref]: javascript:alert(7)\n[ref]',
    '<a href="javascript:alert(8)" onclick="alert(9)">html link</a><form action="/v1/blends"><input name="x"></form>',
    'user\u202Egnp.exe and zero\u200Bwidth and \u0007bell',
    `| a | b |\n|---|---|\n| <b onmouseover=alert(10)>x</b> | [y](javascript:alert(11)) |`,
    '```html\n<script>alert(12)</script>\n```',
    '- [x] done <input type="checkbox" onclick="alert(13)">',
    '<math><mtext><table><mglyph><style><img src=x onerror=alert(14)></style></mglyph></table></mtext></math>',
    '[^1]\n\n[^1]: note <img src=x onerror=alert(15)>',
    '$$ \\href{javascript:alert(16)}{x} $$',
    '}}}{{constructor.constructor("alert(17)")()}} ${alert(18)}',
  ].join('\n\n');
}

test('what a model writes is text: nothing runs, nothing is loaded, links say where they lead', async () => {
  const { hits, url } = await trap();
  const text = hostile(url);
  const upstream = await startUpstream((body) =>
    kindOf(body) === 'judge' ? { text: `${text}\n\n1. A is better` } : { text: `${text}\n\n${body.model}` },
  );
  const { page, faults } = await openWorld({ upstream, models: ['quill', 'heron'], blend: { fusion: false } });
  await ask(page, text.slice(0, 4000));
  await answered(page);
  for (const where of [card(page, 'A'), page.locator('.answer-text'), page.locator('.question')]) {
    expect(await where.locator('script, img, svg, iframe, style, form, math, input').count()).toBe(0);
    const links = await where
      .locator('a')
      .evaluateAll((all: { href: string; rel: string; target: string; textContent: string | null }[]) =>
        all.map(({ href, rel, target, textContent }) => ({ href, rel, target, textContent })),
      );
    for (const link of links) {
      expect(link.href).toMatch(/^https?:/);
      expect(link.rel).toContain('noopener noreferrer');
      expect(link.target).toBe('_blank');
      expect(link.textContent).toContain(`(${new URL(link.href).host})`);
    }
  }
  const shown = await card(page, 'A').innerText();
  expect(shown).toContain('[U+202E]');
  expect(shown).toContain('[U+200B]');
  expect(shown).toContain('[image not loaded: a picture');
  expect(shown).toContain('click me');
  await page.locator('.cell').first().click();
  await page.getByRole('dialog').getByText('What the judge wrote').first().waitFor();
  expect(await page.getByRole('dialog').locator('script, img, svg, iframe, style, form').count()).toBe(0);
  expect(await page.title()).toBe('LLM-Blender');
  expect(hits).toEqual([]);
  expect(faults).toEqual([]);
});

test('a text of any length and a line of any width stay in their place', async () => {
  const long = `${'word '.repeat(40_000)}\n\n${'x'.repeat(5000)}\n\n\`\`\`\n${'y'.repeat(5000)}\n\`\`\``;
  const wide = `${'x'.repeat(5000)}\n\n\`\`\`\n${'y'.repeat(5000)}\n\`\`\`\n\n|${'a|'.repeat(60)}\n|${'-|'.repeat(60)}\n|${'b|'.repeat(60)}`;
  const upstream = await startUpstream((body) =>
    kindOf(body) === 'judge' ? scripted(body) : { text: body.model === 'quill' ? long : wide },
  );
  const { page } = await openWorld({
    upstream,
    models: ['quill', 'heron'],
    blend: { fusion: false },
    browser: { viewport: { width: 768, height: 900 } },
  });
  await ask(page, 'Why?');
  await answered(page);
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(768);
  expect((await card(page, 'A').innerText()).length).toBeLessThan(25_000);
  await card(page, 'A')
    .getByRole('button', { name: /Show more/ })
    .waitFor();
});

test('a server that dies leaves what has come; back again, it is asked anew', { timeout: 90_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'page-server-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const isSlow = (body: Parameters<typeof kindOf>[0]) => kindOf(body) === 'fusion';
  const upstream = await startUpstream((body) => ({ ...scripted(body), ...(isSlow(body) ? { delayMs: 60_000 } : {}) }));
  await writeFile(join(folder, 'lab.json'), JSON.stringify(labConfig(upstream.baseURL)));
  const port = await freePort();
  const first = await serve(folder, port);
  const page = await openPage(`http://127.0.0.1:${port}`);
  await ask(page, 'Why?');
  await page.locator('.zone-note', { hasText: 'settled' }).waitFor();
  first.kill('SIGKILL');
  await page.getByText('The connection is lost. Trying again.').waitFor();
  expect(await card(page, 'A').innerText()).toContain('smaller box');
  expect(await page.locator('.rank-row').count()).toBe(4);
  await card(page, 'B').getByRole('button', { name: 'Retry' }).click();
  await page.getByText('The server does not answer.').first().waitFor();
  await serve(folder, port);
  const tryAgain = page.getByRole('button', { name: 'Try again' });
  const isOver = page.getByText('The server has ended this session; ask again to go on.');
  await tryAgain.or(isOver).first().waitFor();
  if (await tryAgain.isVisible()) await tryAgain.click();
  await isOver.waitFor();
  await page.getByRole('button', { name: 'Ask again', exact: true }).click();
  expect(await page.getByRole('textbox', { name: 'Your question' }).inputValue()).toBe('Why?');
  const asked = upstream.requests.length;
  await page.keyboard.press('Control+Enter');
  await eventually(() => expect(upstream.requests.length).toBeGreaterThan(asked + 4));
  await upstream[Symbol.asyncDispose]();
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The server as a process of its own, with the configuration in this folder. */
async function serve(folder: string, port: number): Promise<ChildProcess> {
  const main = join(import.meta.dirname, '../../../src/cli/main.ts');
  const child = spawn(process.execPath, [main, 'ui', '--no-open', '--port', String(port), '--config', 'lab.json'], {
    cwd: folder,
    env: { ...process.env, LLM_BLENDER_DATA: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let notes = '';
  child.stderr.on('data', (chunk: Buffer) => (notes += chunk.toString()));
  await eventually(() => expect(notes).toContain('Listening at'));
  return child;
}

test('where the server wants a key, the page asks for it and keeps it in this tab alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'page-keys-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const keys = new KeyStore(join(folder, 'keys.json'));
  const { key } = await keys.create('page');
  const { page, upstream } = await openWorld({ server: { keys } });
  await page.getByRole('heading', { name: 'This server needs a key' }).waitFor();
  expect(await page.getByRole('button', { name: 'Explain recursion to a child.' }).count()).toBe(0);
  await page.getByLabel('Key').fill('lb_wrong');
  await page.getByRole('button', { name: 'Use this key' }).click();
  await page.getByText('The server does not know this key.').waitFor();
  await page.getByLabel('Key').fill(key);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Explain recursion to a child.' }).click();
  await answered(page);
  expect(upstream.requests.length).toBeGreaterThan(0);
  expect(await page.evaluate<string>('JSON.stringify(localStorage) + document.cookie')).not.toContain(key);
  expect(await page.evaluate<string>('JSON.stringify(sessionStorage)')).toContain(key);
  const other = await page.context().newPage();
  await other.goto(page.url());
  await other.getByRole('heading', { name: 'This server needs a key' }).waitFor();
});

test('it says what is wrong with an action, and goes on', async () => {
  const { page } = await openWorld();
  await page.getByRole('textbox', { name: 'Your question' }).fill('Why?');
  await page.getByRole('button', { name: 'Team', exact: true }).click();
  await page.getByLabel('Most to spend, in dollars').fill('0.00001');
  await page.getByRole('button', { name: 'Blend Ctrl Enter' }).click();
  await eventually(async () => expect(await page.locator('.bad, .notice-bad').count()).toBeGreaterThan(0));
  await page.getByLabel('Most to spend, in dollars').fill('');
  await ask(page, 'Why?');
  await answered(page);
});
