import { expect, test } from 'vitest';
import type { ModelProgress } from '../../../src/index.ts';
import { eventually } from '../../eventually.ts';
import { violations } from './axe.ts';
import { answered, ask, card, openWorld } from './page-world.ts';
import { kindOf, MODELS, scripted, startUpstream } from './scripted-models.ts';

test.each(['light', 'dark'] as const)(
  'axe finds nothing in the %s page, its dialogs and its tabs',
  async (colorScheme) => {
    const upstream = await startUpstream((body) => (body.model === 'wren' ? { status: 401 } : scripted(body)));
    const { page } = await openWorld({ upstream, browser: { colorScheme, reducedMotion: 'reduce' } });
    await page.getByRole('button', { name: 'Explain recursion to a child.' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await ask(page, 'Explain recursion to a child.');
    await answered(page);
    expect(await violations(page)).toEqual([]);
    await page.getByRole('tab', { name: /Fusion/ }).click();
    await page.getByText('Changes', { exact: true }).click();
    await page.getByText('Time, tokens and cost').click();
    await page.getByRole('button', { name: 'Team', exact: true }).click();
    expect(await violations(page)).toEqual([]);
    const openers =
      colorScheme === 'dark'
        ? [page.locator('.cell').first()]
        : [
            page.locator('.cell').first(),
            page.getByRole('button', { name: 'Fuse again' }),
            page.getByRole('button', { name: 'History' }),
            page.getByRole('button', { name: 'Models', exact: true }),
            card(page, 'A').getByRole('button', { name: 'Settings' }),
          ];
    for (const opener of openers) {
      await opener.click();
      await page.getByRole('dialog').waitFor();
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await page.setViewportSize({ width: 360, height: 740 });
    for (const zone of ['Candidates', 'Ranking', 'Matrix']) {
      await page.getByRole('tab', { name: zone }).click();
      expect(await violations(page)).toEqual([]);
    }
  },
);

test('everything is done with the keyboard, and the phases are said', async () => {
  // A phase that is over within a frame is not said.
  const upstream = await startUpstream((body) => ({
    ...scripted(body),
    ...(kindOf(body) === 'judge' ? { delayMs: 300 } : {}),
  }));
  const { page } = await openWorld({ upstream });
  const said: string[] = [];
  await page.exposeFunction('heard', (words: string) => said.push(words));
  await page.evaluate(
    `new MutationObserver(() => heard(document.querySelector('.unseen[role=status]').textContent)).observe(document.querySelector('.unseen[role=status]'), { childList: true, characterData: true, subtree: true })`,
  );
  const focused = () =>
    page.evaluate<string>(
      '(document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent ?? "").slice(0, 60)',
    );
  const tabTo = async (name: string) => {
    for (let presses = 0; presses < 80; presses += 1) {
      if ((await focused()).startsWith(name)) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`The tab key does not reach ${name}.`);
  };
  await tabTo('Explain recursion');
  await page.keyboard.press('Enter');
  await answered(page);
  await eventually(() =>
    expect(said).toEqual(expect.arrayContaining(['Ranking the answers.', 'The answer is there.'])),
  );
  await tabTo('A is better than B');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  expect(await focused()).toContain('B is better than C');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'B against C' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await focused()).toContain('B is better than C');
  const before = upstream.requests.length;
  await page.evaluate('document.querySelector(".candidates-zone").scrollIntoView()');
  await page.evaluate('document.querySelector(".candidates-zone button").focus()');
  await tabTo('Retry');
  await page.keyboard.press('Enter');
  await eventually(() => expect(upstream.requests.length).toBe(before + 1));
});

test('escape stops what runs', async () => {
  const upstream = await startUpstream((body) => ({ ...scripted(body), delayMs: 30_000 }));
  const { page } = await openWorld({ upstream });
  await ask(page, 'Why?');
  await eventually(() => expect(upstream.running).toBe(4));
  await page.keyboard.press('Escape');
  await eventually(() => expect(upstream.running).toBe(0));
});

test.each([360, 768, 1440])('nothing is wider than a page of %i', async (width) => {
  const names = Object.keys(MODELS);
  // Twelve members of which three fail.
  const models = Array.from({ length: 12 }, (_, index) => names[index % 4] ?? '');
  const upstream = await startUpstream((body, index) =>
    index % 12 > 8 && index < 12 ? { status: 500 } : scripted(body),
  );
  const { page, faults } = await openWorld({
    upstream,
    models,
    blend: { ranker: 'small', fusion: false },
    browser: { viewport: { width, height: 800 } },
  });
  await ask(
    page,
    'A question with averyveryveryveryveryveryveryveryveryveryveryveryveryverylongword in it, اردو and 中文?',
  );
  await answered(page);
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(width);
  expect(faults).toEqual([]);
});

test('a model that is downloaded shows how far it is', async () => {
  let report: ((progress: ModelProgress) => void) | undefined;
  const upstream = await startUpstream((body) => ({ ...scripted(body), delayMs: 2000 }));
  const { page } = await openWorld({
    upstream,
    server: {
      onModels: (listener) => {
        report = listener;
      },
    },
  });
  await ask(page, 'Why?');
  await eventually(() => expect(upstream.running).toBe(4));
  report?.({
    type: 'weights-download',
    reference: 'local/qwen2.5-1.5b-instruct',
    source: 'hugging-face',
    receivedBytes: 300e6,
    totalBytes: 1100e6,
  });
  await page.getByText('Downloading local/qwen2.5-1.5b-instruct: 300 MB of 1,100 MB').waitFor();
  expect(await page.getByRole('progressbar', { name: 'local/qwen2.5-1.5b-instruct' }).getAttribute('value')).toBe(
    '300000000',
  );
  await answered(page);
  expect(await page.getByText('Downloading').count()).toBe(0);
});
