import { expect, test } from 'vitest';
import { CountingServer } from '../../../test/calls/counting-server.ts';
import { createBlender } from '../../api/index.ts';
import type { CallBudget } from '../../spec/call-budget.ts';
import { temporaryFolder } from '../../weights/__fixtures__/temporary-folder.ts';
import { jobStatus, readResults } from '../job-results.ts';
import { runBatch, type RunBatchOptions } from '../run-batch.ts';

const QUESTIONS = Array.from({ length: 20 }, (_, n) => ({ id: `q${n}`, prompt: `What is ${n}?` }));

/** Each answer costs a cent. */
async function run(job: string, server: CountingServer, maxCost: RunBatchOptions<unknown, object>['maxCost']) {
  await using blender = createBlender({ prices: { 'books/one': { inputPerMillion: 0, outputPerMillion: 100 } } });
  const parts = runBatch({
    job,
    input: QUESTIONS,
    concurrency: 4,
    maxCost,
    work: async ({ prompt }, { abortSignal }) => {
      const { text } = await blender.blend({
        prompt,
        models: [server.model('one')],
        maxOutputTokens: 100,
        abortSignal,
      });
      return { text };
    },
  });
  for await (const _ of parts);
}

const startServer = () =>
  CountingServer.start(({ messages }) => ({ text: `${JSON.stringify(messages).length}`, outputTokens: 100 }));

async function linesOf(job: string): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const { json } of readResults(job)) lines.push(json);
  return lines;
}

test('a job ends before a call that its budget does not allow, and goes on with a higher one', async () => {
  await using folder = await temporaryFolder();
  await using server = await startServer();
  const whole = `${folder.path}/whole`;
  await run(whole, server, undefined);
  server.requests.length = 0;
  const job = `${folder.path}/job`;
  await expect(run(job, server, 0.1)).rejects.toMatchObject({ code: 'budget_exceeded', value: 0.1 });
  expect(server.requests).toHaveLength(10);
  const { done, failed, usage } = await jobStatus(job);
  // No record has an answer with less than was asked for.
  expect({ done, failed }).toEqual({ done: 10, failed: 0 });
  expect(usage.cost).toBeCloseTo(0.1);
  // What earlier runs have spent counts.
  await expect(run(job, server, 0.15)).rejects.toMatchObject({ code: 'budget_exceeded' });
  expect(server.requests).toHaveLength(15);
  await run(job, server, 0.2);
  expect(server.requests).toHaveLength(20);
  expect(await linesOf(job)).toEqual(await linesOf(whole));
});

test('a budget that is kept elsewhere is asked before each call, and told what it took', async () => {
  await using folder = await temporaryFolder();
  await using server = await startServer();
  const events: string[] = [];
  const budget: CallBudget = {
    async reserve({ model, cost }) {
      await Promise.resolve();
      if (events.length >= 6) throw new Error('The others have spent it.');
      events.push(`${model} may cost ${cost?.toFixed(2)}`);
      return { cost: cost ?? 0, settle: (usage) => events.push(`cost ${usage.cost}`), release: () => {} };
    },
  };
  await expect(run(`${folder.path}/job`, server, budget)).rejects.toThrow('The others have spent it.');
  expect(new Set(events)).toEqual(new Set(['books.chat/one may cost 0.01', 'cost 0.01']));
});

test('a limit without a price ends the run at once, and nothing is asked', async () => {
  await using folder = await temporaryFolder();
  await using server = await startServer();
  const parts = runBatch({
    job: `${folder.path}/job`,
    input: QUESTIONS,
    maxCost: 1,
    work: async ({ prompt }, { abortSignal }) => {
      await using blender = createBlender();
      return { text: (await blender.blend({ prompt, models: [server.model('two')], abortSignal })).text };
    },
  });
  await expect(parts.next().then(() => parts.next())).rejects.toThrow('the price of books.chat/two is not known');
  expect(server.requests).toEqual([]);
});
