import { cp, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { runBatch } from '../../batch/index.ts';
import { runEvaluation, summarizeRun } from '../../evaluate/index.ts';
import { startFake } from '../__fixtures__/fake-server.ts';
import { KeyStore } from '../keys/key-store.ts';
import { report, reportExamples, reportList, reportResults } from './report-responses.ts';

/** Examples and records of the report and of the job: more than are read at once. */
const COUNT = 120;

let reports = '';
let elsewhere = '';

async function drain(parts: AsyncIterable<unknown>): Promise<void> {
  const iterator = parts[Symbol.asyncIterator]();
  while ((await iterator.next()).done !== true);
}

beforeAll(async () => {
  const root = await mkdtemp(join(tmpdir(), 'reports-'));
  reports = join(root, 'reports');
  elsewhere = join(root, 'elsewhere');
  await mkdir(reports);
  await mkdir(elsewhere);
  const rows = Array.from({ length: COUNT }, (_, index) => ({
    id: `example-${index}`,
    instruction: `Question ${index}`,
    candidates: [
      { model: 'good', text: `right ${index}`, preference: 1 },
      { model: 'bad', text: `wrong ${index}`, preference: 0 },
    ],
  }));
  const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  const output = join(reports, 'evaluation');
  const run = runEvaluation({
    kind: 'models',
    output,
    sources: [{ name: 'data.jsonl', chunks: Readable.from([lines]) }],
  });
  await drain(run);
  await summarizeRun(output, { join: true, resamples: 100, metrics: [] });
  const job = runBatch({
    job: join(reports, 'job'),
    input: rows.map(({ id, instruction }, n) => ({ id, instruction, n })),
    segmentSize: 32,
    work: async ({ n }) => {
      if (n % 40 === 3) throw new Error(`no answer to ${n}`);
      return { text: `answer ${n}` };
    },
  });
  await drain(job);
  await cp(reports, join(elsewhere, 'copies'), { recursive: true });
  await writeFile(join(elsewhere, 'secret.txt'), 'secret');
  await mkdir(join(reports, 'other'));
  await writeFile(join(reports, 'other', 'notes.txt'), 'secret');
});

afterAll(() => rm(join(reports, '..'), { recursive: true }));

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const response = await fetch(url, { headers });
  return { status: response.status, body: await response.json() };
}

/** Ids of the reports by their names. */
async function idsOf(url: string): Promise<Readonly<Record<string, string>>> {
  const { body } = await get(`${url}/v1/reports`);
  return Object.fromEntries(reportList.parse(body).data.map(({ name, id }) => [name, id]));
}

test('an evaluation is read with its figures, and its examples in blocks', async () => {
  const { url } = await startFake({}, { reports: [reports] });
  const { evaluation = '', ...others } = await idsOf(url);
  expect(Object.keys(others)).toEqual(['job']);
  const { body } = await get(`${url}/v1/reports/${evaluation}`);
  const found = report.parse(body);
  if (found.kind !== 'evaluation') throw new Error('It is an evaluation.');
  expect(found.report).toMatchObject({ blockSize: 50, results: { kind: 'models', data: { examples: COUNT } } });
  expect(found.report.entries).toHaveLength(COUNT);
  const last = reportExamples.parse((await get(`${url}/v1/reports/${evaluation}/examples/2`)).body).data;
  expect(last).toHaveLength(20);
  expect(last[0]).toMatchObject({ id: 'example-100', goldRanks: [1, 2] });
  for (const [block, status] of [
    ['3', 404],
    ['-1', 400],
    ['1e3', 400],
    ['..%2f..', 400],
  ] as const) {
    expect([block, (await get(`${url}/v1/reports/${evaluation}/examples/${block}`)).status]).toEqual([block, status]);
  }
  expect((await get(`${url}/v1/reports/${evaluation}/results`)).status).toBe(404);
});

test('a job is read with its counts, and its results page by page or only those that failed', async () => {
  const { url } = await startFake({}, { reports: [join(reports, 'job')] });
  const { job = '' } = await idsOf(url);
  const { body } = await get(`${url}/v1/reports/${job}`);
  expect(report.parse(body)).toMatchObject({
    kind: 'batch',
    status: { total: COUNT, done: COUNT - 3, failed: 3, isRunning: false, calls: 0, cost: 0 },
  });
  const indices: number[] = [];
  const sizes: number[] = [];
  let after: number | null = null;
  do {
    const query: string = after === null ? '' : `?after=${after}`;
    const page = reportResults.parse((await get(`${url}/v1/reports/${job}/results${query}`)).body);
    indices.push(...page.data.map(({ index }) => index));
    sizes.push(page.data.length);
    after = page.next;
  } while (after !== null);
  expect(indices).toEqual(Array.from({ length: COUNT }, (_, index) => index));
  expect(sizes).toEqual([50, 50, 20]);
  const failed = reportResults.parse((await get(`${url}/v1/reports/${job}/results?failed=true`)).body);
  expect(failed.data.map(({ index }) => index)).toEqual([3, 43, 83]);
  expect(failed.data[0]).toMatchObject({ failed: true, result: { id: 'example-3' } });
  expect(JSON.stringify(failed.data[0]?.result)).toContain('no answer to 3');
  expect((await get(`${url}/v1/reports/${job}/results?after=119`)).body).toMatchObject({ data: [], next: null });
  for (const query of ['after=-1', 'after=x', 'after=', 'failed=maybe']) {
    expect([query, (await get(`${url}/v1/reports/${job}/results?${query}`)).status]).toEqual([query, 400]);
  }
});

test('nothing else is served, whatever a client names', async () => {
  const { url } = await startFake({}, { reports: [reports] });
  const { port } = new URL(url);
  for (const id of [
    'evaluation',
    'other',
    '..',
    '%2e%2e',
    '..%2felsewhere',
    '..%5celsewhere',
    encodeURIComponent(join(elsewhere, 'copies', 'evaluation')),
    encodeURIComponent(join(reports, 'evaluation')),
    '%00',
    'evaluation%2fresults.json',
    '__proto__',
    'constructor',
    'x'.repeat(5000),
  ]) {
    for (const end of ['', '/results', '/examples/0']) {
      // A client of HTTP would take the dots out of the path.
      const { promise, resolve, reject } = Promise.withResolvers<[number | undefined, string]>();
      const sent = request({ port, host: '127.0.0.1', path: `/v1/reports/${id}${end}` }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve([response.statusCode, text]));
      });
      sent.on('error', reject);
      sent.end();
      const [status, text] = await promise;
      expect([id, end, status]).toEqual([id, end, 404]);
      expect(JSON.parse(text)).toMatchObject({ error: { code: 'not_found' } });
    }
  }
});

test('links are not followed, and what is damaged fails without a word of where it is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'links-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const copies = join(elsewhere, 'copies');
  await symlink(join(copies, 'evaluation'), join(folder, 'linked'));
  for (const [name, kind, file] of [
    ['results', 'evaluation', 'results.json'],
    ['examples', 'evaluation', 'examples.jsonl'],
    ['manifest', 'job', 'manifest.json'],
    ['index', 'job', 'index.jsonl'],
    ['segments', 'job', 'segments'],
    ['open', 'job', 'open'],
  ] as const) {
    await cp(join(copies, kind), join(folder, name), { recursive: true });
    await rename(join(folder, name, file), join(elsewhere, `${name}-${file}`));
    await symlink(join(elsewhere, `${name}-${file}`), join(folder, name, file));
  }
  await cp(join(copies, 'job'), join(folder, 'segment'), { recursive: true });
  await symlink(join(elsewhere, 'secret.txt'), join(folder, 'segment', 'segments', 'secret.txt'));
  await cp(join(copies, 'evaluation'), join(folder, 'damaged'), { recursive: true });
  await writeFile(join(folder, 'damaged', 'results.json'), '{"schema":');
  await cp(join(copies, 'job'), join(folder, 'broken'), { recursive: true });
  await writeFile(join(folder, 'broken', 'manifest.json'), '{}');
  const errors: string[] = [];
  const { url } = await startFake({}, { reports: [folder], onError: (message) => errors.push(message) });
  const ids = await idsOf(url);
  expect(Object.keys(ids).toSorted()).toEqual(['broken', 'damaged']);
  for (const id of Object.values(ids)) {
    const { status, body } = await get(`${url}/v1/reports/${id}`);
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain(folder);
  }
  expect(errors.join('\n')).toMatch(/damaged[^]*broken|broken[^]*damaged/);
});

test('reports need the key of the server, and pages of other origins get none', async () => {
  const keys = new KeyStore(join(elsewhere, 'keys.json'));
  const { key } = await keys.create('reader');
  const { url } = await startFake({}, { reports: [reports], keys });
  const paths = ['', '/x', '/x/results', '/x/examples/0'];
  for (const path of paths) expect((await get(`${url}/v1/reports${path}`)).status).toBe(401);
  const headers = { authorization: `Bearer ${key}` };
  expect(reportList.parse((await get(`${url}/v1/reports`, headers)).body).data).toHaveLength(2);
  for (const path of paths) {
    expect((await get(`${url}/v1/reports${path}`, { ...headers, origin: 'http://evil.com' })).status).toBe(403);
  }
});

test('without folders there are none, and a folder that is not there is refused at the start', async () => {
  const { url } = await startFake();
  expect((await get(`${url}/v1/reports`)).body).toEqual({ object: 'list', data: [] });
  for (const folder of [join(reports, 'none'), join(elsewhere, 'secret.txt')]) {
    await expect(startFake({}, { reports: [folder] })).rejects.toThrow(/reports.*there is no such folder/s);
  }
});
