import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { cancelProviderBatches, readBatchRecords } from '../../src/batch/index.ts';
import { createBlender } from '../../src/index.ts';
import { runInProcess } from '../e2e/__fixtures__/cli-harness.ts';
import { answer, answerParts, linesOf, MODELS, PACE, settings } from './batch-job.ts';
import { BatchServer, type BatchServerOptions } from './batch-server.ts';

let folder = '';
let job = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'provider-batch-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  job = join(folder, 'job');
});

async function start(options: BatchServerOptions = {}): Promise<BatchServer> {
  const server = await BatchServer.start(options);
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

/** The lines of the job without batches. */
async function directLines(server: BatchServer, options: Partial<Parameters<typeof answer>[1]> = {}) {
  const before = server.direct;
  const direct = await answer(server, { ...options, job: join(folder, 'direct'), isBatched: false });
  server.direct = before;
  return direct;
}

/** Sums of what came of all batches. */
async function outcomes(of = job) {
  const sum = { answered: 0, expired: 0, cancelled: 0, failed: 0, missing: 0, unknown: 0 };
  for (const { outcome } of await readBatchRecords(of)) {
    for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += outcome?.[name] ?? 0;
  }
  return sum;
}

function once(server: BatchServer): void {
  expect([...server.answered.values()].filter((count) => count !== 1)).toEqual([]);
}

test('the lines are those of the job without batches, at half the price, and no call is made beside', async () => {
  const server = await start();
  const direct = await directLines(server, { judge: true, questions: 20 });
  const batched = await answer(server, { job, judge: true, questions: 20 });
  expect(batched.lines).toEqual(direct.lines);
  expect(server.direct).toBe(0);
  expect(batched.status.usage).toEqual({
    ...direct.status.usage,
    cost: expect.closeTo((direct.status.usage.cost ?? 0) / 2, 9),
  });
  expect(server.batches.reduce((sum, { lines }) => sum + lines.length, 0)).toBe(direct.status.usage.calls);
  // One batch for each model, and those of the judge's questions.
  expect(server.batches.length).toBeLessThanOrEqual(5);
  for (const { lines } of server.batches) {
    for (const line of lines) expect(line).toMatch(/"(?:custom_id|key)":"[\w-]{1,64}"/);
  }
  // Nothing is left of a finished job but the log.
  expect(await readdir(join(job, 'batches'))).toEqual(['log.jsonl']);
  expect([...server.keys].toSorted()).toEqual(['Bearer key-of-openai', 'key-of-anthropic', 'key-of-google']);
});

describe.each(Object.entries(MODELS))('%s', (_, model) => {
  const models = [model];

  test('what expires, fails for a while or is missing is submitted again, and strangers are counted', async () => {
    const seen = new Map<string, number>();
    const server = await start({
      strangers: 2,
      fate: ({ id }) => {
        const time = (seen.get(id) ?? 0) + 1;
        seen.set(id, time);
        // Half of each batch expires; others fail or vanish the first time.
        const digit = Number.parseInt(id.at(-time) ?? '', 16);
        if (digit % 2 === 0) return 'expired';
        if (time === 1 && digit === 1) return 'failed';
        return time === 1 && digit === 3 ? 'missing' : 'answered';
      },
    });
    const direct = await directLines(server, { models });
    const batched = await answer(server, { job, models });
    expect(batched.lines).toEqual(direct.lines);
    once(server);
    const { answered, expired, missing, failed, unknown } = await outcomes();
    expect(answered).toBe(40);
    expect(expired).toBeGreaterThan(10);
    expect(missing + failed).toBeGreaterThan(0);
    expect(unknown).toBe(2 * server.batches.length);
    expect(batched.status.usage.calls).toBe(40);
  });

  test('a request that is wrong fails as it does without batches', async () => {
    const server = await start({
      fate: ({ body }) =>
        JSON.stringify(body).includes('What is 7?')
          ? { status: 400, body: { error: { message: 'It is too long.', code: null } } }
          : 'answered',
    });
    const { lines } = await answer(server, { job, models });
    expect(lines).toHaveLength(40);
    expect(lines.filter((line) => line.includes('"error"'))).toEqual([
      expect.stringMatching(/^\{"id":"q7","error":\{"code":"no_candidates","kind":"invalid-request"/),
    ]);
    expect(server.batches).toHaveLength(1);
  });

  test('a batch whose making was not confirmed is found again, also in a list that is late', async () => {
    const server = await start({ onCreate: (batch) => (batch <= 2 ? 'lost' : undefined), listedAfterMs: 60 });
    const direct = await directLines(server, { models });
    expect((await answer(server, { job, models })).lines).toEqual(direct.lines);
    once(server);
    expect(server.batches).toHaveLength(1);
  });

  test('a batch that is refused as a whole is submitted again, and its records fail in the end', async () => {
    const refusal = { code: 8, message: 'Something went wrong in validation.' };
    const isPassing = await start({ refuse: (batch) => (batch === 1 ? refusal : undefined) });
    if (model !== MODELS.anthropic) {
      expect((await answer(isPassing, { job, models })).lines).toEqual(
        (await directLines(isPassing, { models })).lines,
      );
      once(isPassing);
    }
    const refused = await start({
      onCreate: () => ({ status: 400, body: { error: { message: 'This model has no batches.' } } }),
    });
    const failing = answer(refused, { job: join(folder, 'failing'), models, maxFailuresInRow: 5 });
    await expect(failing).rejects.toThrow(/5 records in a row.*This model has no batches/s);
  });

  test('too many tokens at once: batches become smaller and wait for each other', async () => {
    const server = await start({
      batchMs: 20,
      onCreate: (batch) => {
        const { lines = [] } = server.batches.find(({ number }) => number === batch) ?? {};
        const running = server.batches.filter(({ results }) => results === undefined).length;
        return lines.length > 15 || running > 2
          ? {
              status: 429,
              body: { error: { code: 429, message: 'Too many tokens are enqueued.', status: 'RESOURCE_EXHAUSTED' } },
            }
          : undefined;
      },
    });
    expect((await answer(server, { job, models })).lines).toEqual((await directLines(server, { models })).lines);
    once(server);
    expect(server.batches.length).toBeGreaterThan(2);
  });

  test('cancelled batches keep what is answered, and the rest is submitted when the job goes on', async () => {
    const server = await start({ batchMs: 1e6 });
    const aborting = new AbortController();
    const running = answer(server, { job, models, abortSignal: aborting.signal });
    while (server.batches.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 50));
    aborting.abort(new Error('Ctrl-C'));
    await expect(running).rejects.toThrow('Ctrl-C');
    expect(server.batches.map(({ isCancelled }) => isCancelled)).toEqual([false]);
    await using blender = createBlender(settings(server.url, server.env));
    const providerBatch = { model: (name: string) => blender.model(name), pace: PACE };
    expect(await cancelProviderBatches({ job, providerBatch })).toMatchObject([{ model, isCancelled: true }]);
    expect(server.batches.map(({ isCancelled }) => isCancelled)).toEqual([true]);
    const shown = await runInProcess(['batch', 'status', job]);
    expect(shown.stdout).toContain(`\nbatch 1, ${model}: cancelled, 0 of 40 requests ended`);
    server.options = {};
    expect((await answer(server, { job, models })).lines).toEqual((await directLines(server, { models })).lines);
    expect(await outcomes()).toMatchObject({ answered: 40, cancelled: 40 });
    const over = await runInProcess(['batch', 'status', job]);
    expect(over.stdout).toContain('\n2 batches over: 40 answered, 40 cancelled\n');
  });

  test('a wrong key stops the job, and nothing is submitted again and again', async () => {
    const server = await start({
      onCreate: () => ({ status: 401, body: { error: { message: 'Incorrect API key provided.' } } }),
    });
    await expect(answer(server, { job, models })).rejects.toMatchObject({ kind: 'refused' });
    expect(server.batches).toHaveLength(0);
  });
});

test('a batch that may be that of somebody else is not cancelled, and is found when the job goes on', async () => {
  const models = [MODELS.anthropic];
  const aborting = new AbortController();
  const server = await start({
    batchMs: 1e6,
    onCreate: () => {
      aborting.abort(new Error('left'));
      return 'lost';
    },
  });
  const direct = await directLines(server, { models });
  await expect(answer(server, { job, models, abortSignal: aborting.signal })).rejects.toThrow('left');
  await using blender = createBlender(settings(server.url, server.env));
  const providerBatch = { model: (name: string) => blender.model(name), pace: PACE };
  expect(await cancelProviderBatches({ job, providerBatch })).toEqual([]);
  expect(server.batches.map(({ isCancelled }) => isCancelled)).toEqual([false]);
  server.options = {};
  expect((await answer(server, { job, models })).lines).toEqual(direct.lines);
  expect(server.batches).toHaveLength(1);
});

test('a batch whose results are gone is given up by cancelling it, and submitted again', async () => {
  const models = [MODELS.openai];
  const server = await start({ download: () => ({ status: 404, body: { error: { message: 'No such file.' } } }) });
  await expect(answer(server, { job, models })).rejects.toMatchObject({ kind: 'not-found' });
  await using blender = createBlender(settings(server.url, server.env));
  const providerBatch = { model: (name: string) => blender.model(name), pace: PACE };
  const shown = await runInProcess(['batch', 'status', job]);
  expect(shown.stdout).toContain(`\nbatch 1, ${MODELS.openai}: lost, 0 of 40 requests ended`);
  expect(await cancelProviderBatches({ job, providerBatch })).toHaveLength(1);
  expect(await cancelProviderBatches({ job, providerBatch })).toEqual([]);
  server.options = { download: (text, time) => (time <= 7 ? { status: 404, body: {} } : text) };
  expect((await answer(server, { job, models })).lines).toEqual((await directLines(server, { models })).lines);
  expect(server.batches).toHaveLength(2);
});

test('models without batches are asked at once, and once only', async () => {
  const server = await start();
  const models = ['ollama/x', MODELS.openai, MODELS.anthropic];
  const direct = await directLines(server, { models });
  const batched = await answer(server, { job, models });
  expect(batched.lines).toEqual(direct.lines);
  expect(server.direct).toBe(40);
  once(server);
  // Ollama is free.
  expect(batched.status.usage.cost).toBeCloseTo((direct.status.usage.cost ?? 0) / 2, 9);
});

test('a line that a provider names fails alone', async () => {
  const server = await start({
    refuse: (batch) =>
      batch === 1 ? { code: 'invalid_json_line', line: 3, message: 'Line 3 is too long.' } : undefined,
  });
  const { lines } = await answer(server, { job, models: [MODELS.openai] });
  expect(lines.filter((line) => line.includes('Line 3 is too long.'))).toHaveLength(1);
  expect(lines.filter((line) => !line.includes('"error"'))).toHaveLength(39);
});

test('a limit of tokens that OpenAI names is kept from then on', async () => {
  const server = await start({
    refuse: (_, { length }) =>
      length > 20
        ? { code: 'token_limit_exceeded', message: 'Enqueued token limit reached for a. Limit: 400 enqueued tokens.' }
        : undefined,
  });
  const { lines } = await answer(server, { job, models: [MODELS.openai] });
  expect(lines.filter((line) => line.includes('"error"'))).toEqual([]);
  once(server);
});

test('requests that nothing answers fail after some batches, and are submitted again by a retry', async () => {
  const server = await start({ fate: () => 'expired' });
  const models = [MODELS.openai];
  const first = await answer(server, { job, models });
  expect(first.status).toMatchObject({ done: 0, failed: 40 });
  expect(first.lines[0]).toContain('No batch of the provider has answered: expired');
  expect(server.batches).toHaveLength(20);
  server.options = {};
  const again = await answer(server, { job, models, retryFailed: true });
  expect(again.status).toMatchObject({ done: 40, failed: 0 });
  expect(again.lines).toEqual((await directLines(server, { models })).lines);
});

test('the money for a batch is set aside before: as many requests as it is enough for', async () => {
  const server = await start();
  const models = [MODELS.openai];
  const all = await directLines(server, { models });
  // 4,096 tokens are set aside for an answer, of which one takes 100, and half the price.
  expect((await answer(server, { job, models, maxCost: 0.2 })).lines).toEqual(all.lines);
  expect(Math.max(...server.batches.map(({ lines }) => lines.length))).toBe(9);
  once(server);
});

test('a job with too little money stops, keeps what is done, and goes on with more', async () => {
  const server = await start();
  const models = [MODELS.openai];
  const all = await directLines(server, { models });
  await expect(answer(server, { job, models, maxCost: 0.03 })).rejects.toMatchObject({ code: 'budget_exceeded' });
  const dollars = server.answered.size * ((1000 * 1 + 100 * 10) / 1e6 / 2);
  expect(dollars).toBeLessThanOrEqual(0.03);
  expect(server.answered.size).toBeGreaterThan(5);
  expect(await linesOf(job)).toEqual(all.lines.slice(0, server.answered.size));
  expect((await answer(server, { job, models, maxCost: 5 })).lines).toEqual(all.lines);
  once(server);
});

test('a price that is not known stops a job with a limit before anything is submitted', async () => {
  const server = await start();
  const failing = answer(server, { job, models: ['openai/nameless'], maxCost: 1 });
  await expect(failing).rejects.toMatchObject({ code: 'invalid_argument', parameter: 'maxCost' });
  expect(server.batches).toHaveLength(0);
});

test('a job that goes on finds its batches, answered or not', async () => {
  const server = await start({ batchMs: 150 });
  const direct = await directLines(server, { judge: true, questions: 16 });
  let runs = 0;
  for (let isOver = false; !isOver; runs += 1) {
    const aborting = new AbortController();
    // Left when it has submitted something.
    const { length } = server.batches;
    const timer = setInterval(() => server.batches.length > length && aborting.abort(new Error('left')), 1);
    try {
      for await (const part of answerParts(server, { job, judge: true, questions: 16, abortSignal: aborting.signal })) {
        if (part.type === 'batch-end') isOver = true;
      }
    } catch (error) {
      if (!aborting.signal.aborted) throw error;
    }
    clearInterval(timer);
  }
  expect(runs).toBeGreaterThan(3);
  expect(await linesOf(job)).toEqual(direct.lines);
  once(server);
  expect(server.answered.size).toBe(direct.status.usage.calls);
});
