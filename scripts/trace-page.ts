/** Traces the page while twelve models write 100 tokens a second each: `node scripts/trace-page.ts`. */
import { createBlender } from '../src/index.ts';
import { startServer } from '../src/server/index.ts';
import { launchChromium } from '../test/e2e/page/chromium.ts';
import { kindOf, labConfig, MODELS, scripted, startUpstream } from '../test/e2e/page/scripted-models.ts';

const MEMBERS = 12;
const WORDS = 400;
const PAUSE_MS = 10;

/** Milliseconds after which a task is felt. */
const LONG_MS = 50;

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds: when it began, and how long it took by the clock and of the processor. */
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
}

const text = Array.from({ length: WORDS }, (_, index) =>
  index % 40 === 39 ? `word.\n\n` : index % 7 === 0 ? '**word**' : 'word',
).join(' ');
await using upstream = await startUpstream((body) =>
  kindOf(body) === 'answer' ? { text, pauseMs: PAUSE_MS } : scripted(body),
);
const names = Object.keys(MODELS);
const lab = labConfig(
  upstream.baseURL,
  Array.from({ length: MEMBERS }, (_, index) => names[index % names.length] ?? ''),
);
const config = {
  ...lab,
  blends: { birds: { ...lab.blends.birds, ranker: 'small', fusion: false } },
} as Parameters<typeof createBlender>[0];
await using blender = createBlender(config);
await using server = await startServer({ blender, config, port: 0 });
await using browser = await launchChromium();
const page = await browser.newPage({ viewport: { width: 1440, height: 1000 } });
await page.goto(server.url);
const question = page.getByRole('button', { name: 'Explain recursion to a child.' });
await question.waitFor();

const session = await browser.newBrowserCDPSession();
const events: TraceEvent[] = [];
session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
const { promise: isComplete, resolve } = Promise.withResolvers<void>();
session.once('Tracing.tracingComplete', () => resolve());
await session.send('Tracing.start', {
  traceConfig: { includedCategories: ['toplevel', 'devtools.timeline'], excludedCategories: ['*'] },
});
await question.click();
await page.locator('.phase-words', { hasText: / calls?, / }).waitFor({ timeout: 60_000 });
await session.send('Tracing.end');
await isComplete;

/** Threads that run the script of the page. */
const threads = new Set(events.filter(({ name }) => name === 'FunctionCall').map(({ pid, tid }) => `${pid} ${tid}`));
const tasks = events.filter(({ name, pid, tid }) => name.endsWith('RunTask') && threads.has(`${pid} ${tid}`));
for (const [what, field] of [
  ['of the processor', 'tdur'],
  ['by the clock', 'dur'],
] as const) {
  const ms = tasks.map((task) => (task[field] ?? 0) / 1000).toSorted((one, other) => other - one);
  const long = ms.filter((one) => one > LONG_MS).length;
  console.log(`Longest task ${what}: ${ms[0]?.toFixed(0)} ms; ${long} of ${ms.length} over ${LONG_MS} ms.`);
}
