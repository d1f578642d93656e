import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, onTestFinished } from 'vitest';
import { type BlenderConfig, createBlender } from '../../../src/index.ts';
import { type RunningServer, startServer, type StartServerOptions } from '../../../src/server/index.ts';
import type { CountingServer } from '../../calls/counting-server.ts';
import { launchChromium } from './chromium.ts';
import { labConfig, startUpstream } from './scripted-models.ts';

/** How long anything may take on a busy machine. */
const PATIENCE_MS = 20_000;

let browser: Promise<Browser> | undefined;

/** One browser for all tests of a file. */
export function launch(): Promise<Browser> {
  browser ??= launchChromium();
  return browser;
}

afterAll(async () => {
  await (await browser)?.close();
  browser = undefined;
});

/** The page in a browser, on a server of its own with scripted models. */
export interface PageWorld {
  readonly page: Page;
  readonly upstream: CountingServer;
  readonly server: RunningServer;
  /** What the page did that it should not: errors, and requests to anything but the server. */
  readonly faults: string[];
}

export interface WorldOptions {
  /** @default the scripted models */
  readonly upstream?: CountingServer | undefined;
  /** Names of the members. */
  readonly models?: readonly string[] | undefined;
  readonly blend?: object | undefined;
  readonly server?: Partial<StartServerOptions> | undefined;
  readonly browser?: BrowserContextOptions | undefined;
}

/** Opens the page. Everything ends with the test. */
export async function openWorld(options: WorldOptions = {}): Promise<PageWorld> {
  const upstream = options.upstream ?? (await startUpstream());
  const lab = labConfig(upstream.baseURL, options.models);
  const config = { ...lab, blends: { birds: { ...lab.blends.birds, ...options.blend } } } as BlenderConfig;
  const blender = createBlender(config);
  const server = await startServer({ blender, config, port: 0, ...options.server });
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]();
    await blender.dispose();
    await upstream[Symbol.asyncDispose]();
  });
  const faults: string[] = [];
  const page = await openPage(server.url, { ...options.browser, faults });
  return { page, upstream, server, faults };
}

/** Opens the page of a server. It is closed with the test. */
export async function openPage(
  url: string,
  { faults = [], ...options }: BrowserContextOptions & { faults?: string[] } = {},
): Promise<Page> {
  const context = await (await launch()).newContext({ viewport: { width: 1440, height: 1000 }, ...options });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  // A page that waits for what does not come should fail the test soon.
  page.setDefaultTimeout(PATIENCE_MS);
  watchFaults(page, url, faults);
  // In a checkout whose page is not built yet, the first request builds it.
  await page.goto(url, { timeout: 60_000 });
  await page.getByRole('heading', { level: 1 }).waitFor();
  return page;
}

/** Collects what a page must not do. */
function watchFaults(page: Page, url: string, faults: string[]): void {
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('blob:')) faults.push(request.url());
  });
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
}

/** Asks a question with the keyboard. */
export async function ask(page: Page, question: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Your question' }).fill(question);
  await page.keyboard.press('Control+Enter');
}

/** Waits until the run is over: its time and cost are shown. */
export async function answered(page: Page): Promise<void> {
  await page.locator('.phase-words', { hasText: / calls?, / }).waitFor();
}

export function card(page: Page, letter: string): Locator {
  return page.getByRole('article', { name: `Candidate ${letter}`, exact: true });
}
