import { expect, test } from 'vitest';
import { CountingServer } from '../../test/calls/counting-server.ts';
import { createBlender } from '../api/index.ts';
import type { InProcessModel, ScoreContinuationsOptions } from '../spec/in-process-model.ts';
import { FakeLanguageModel } from '../test/index.ts';
import { temporaryFolder } from '../weights/__fixtures__/temporary-folder.ts';
import { readResults } from './job-results.ts';
import { runBatch } from './run-batch.ts';

const PROMPTS = [
  { id: 'a', prompt: 'Why is the sky blue?' },
  { id: 'b', prompt: 'Why is grass green?' },
];
const MODELS = ['one', 'two', 'three', 'four'];
const HOUR_MS = 3_600_000;

/** A server that answers so many calls and never the next ones. A judge always prefers the first text. */
function answering(count: number) {
  let answered = 0;
  return CountingServer.start(({ model, messages }) => {
    if (answered >= count) return { delayMs: HOUR_MS };
    answered += 1;
    return { text: model === 'judge' ? 'A' : `${model} has read ${JSON.stringify(messages).length} characters.` };
  });
}

/** Four candidates judged in pairs: what the server is asked, until it answers no more or all is done. */
async function run(job: string, answers: number) {
  await using server = await answering(answers);
  await using blender = createBlender({ cache: false });
  const silence = new AbortController();
  const [start, calls] = [[] as number[], [] as (number | undefined)[]];
  const received = countAnswers(answers, () => silence.abort());
  try {
    const parts = runBatch({
      job,
      input: PROMPTS,
      concurrency: 1,
      abortSignal: silence.signal,
      work: async ({ prompt }, { abortSignal }) => {
        const result = await blender.bestOfN({
          prompt,
          models: MODELS.map((name) => server.model(name)),
          ranker: { judge: server.model('judge') },
          strategy: 'full',
          abortSignal,
          onPart: (part) => part.type === 'candidate-end' && received(1),
          onComparison: () => received(2),
        });
        return { text: result.text, ranks: result.ranks, calls: result.usage.calls };
      },
    });
    for await (const part of parts) {
      if (part.type === 'batch-start') start.push(part.interruptedCalls);
      if (part.type === 'item-end') calls.push(part.usage?.calls);
    }
  } catch (error) {
    if (!silence.signal.aborted) throw error;
  }
  return { asked: server.requests.map(({ body }) => body.model), calls, interrupted: start[0] };
}

/** Calls back when as many answers have arrived as there are. */
function countAnswers(answers: number, done: () => void): (count: number) => void {
  let count = 0;
  return (more) => {
    count += more;
    if (count >= answers) done();
  };
}

async function linesOf(job: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const { json } of readResults(job)) lines.push(json);
  return lines;
}

test('after three of four candidates, one is asked', async () => {
  await using folder = await temporaryFolder();
  const whole = await run(`${folder.path}/whole`, Infinity);
  expect(whole.calls).toEqual([16, 16]);
  expect(whole.asked).toHaveLength(32);
  const job = `${folder.path}/stopped`;
  const stopped = await run(job, 3);
  expect(stopped.asked.toSorted()).toEqual(MODELS.toSorted());
  const resumed = await run(job, Infinity);
  expect([stopped.interrupted, resumed.interrupted]).toEqual([0, 1]);
  expect(resumed.asked).toHaveLength(32 - 3);
  expect(resumed.asked.filter((model) => model !== 'judge')).toHaveLength(1 + 4);
  // Counted as if nothing had happened, so that the output is the same.
  expect(resumed.calls).toEqual([16, 16]);
  expect(await linesOf(job)).toEqual(await linesOf(`${folder.path}/whole`));
});

/** A judge in this process that answers so many comparisons, and then fails. */
class ScoringModel extends FakeLanguageModel implements InProcessModel {
  readonly contextTokens = 2048;
  readonly maxParallelCalls = 1;
  scored = 0;
  readonly #answers: number;

  constructor(answers: number) {
    super({ answer: 'unused' });
    this.#answers = answers;
  }

  countTokens(text: string): number {
    return text.split(/\s+/).length;
  }

  async scoreContinuations(_options: ScoreContinuationsOptions) {
    if (this.scored === this.#answers) throw new Error('stopped');
    this.scored += 1;
    return { logProbabilities: [-1, -2, -3, -4], inputTokens: 50 };
  }
}

test('scores of a judge in this process are kept and counted as well', async () => {
  await using folder = await temporaryFolder();
  const work = async (model: ScoringModel) => {
    await using blender = createBlender();
    const stop = new AbortController();
    const usages: unknown[] = [];
    const parts = runBatch({
      job: `${folder.path}/job`,
      input: [{ id: 'a' }],
      abortSignal: stop.signal,
      work: async (_, { abortSignal }) => {
        const candidates = ['one', 'two', 'three'].map((text) => ({ text }));
        const asked = { instruction: 'Count.', candidates, ranker: { judge: model }, strategy: 'full' } as const;
        const result = await blender.rank({ ...asked, abortSignal }).catch((error: unknown) => {
          stop.abort(error);
          throw error;
        });
        return { ranks: result.ranks, calls: result.usage.calls };
      },
    });
    for await (const part of parts) if (part.type === 'item-end') usages.push(part.usage);
    return usages;
  };
  const first = new ScoringModel(4);
  await expect(work(first)).rejects.toThrow('stopped');
  const second = new ScoringModel(Infinity);
  expect(await work(second)).toEqual([{ calls: 6, inputTokens: 300, outputTokens: 0, cost: 0 }]);
  expect([first.scored, second.scored]).toEqual([4, 2]);
});
