import { type BatchPart, type JobStatus, jobStatus, readResults, runBatch } from '../../src/batch/index.ts';
import { createBlender } from '../../src/index.ts';
import type { BatchServer } from './batch-server.ts';

/** As patient as a test. */
export const PACE = { firstPollMs: 5, maxPollMs: 40, searchMs: [0, 20, 60, 120] };

export const MODELS = { openai: 'openai/a', anthropic: 'anthropic/b', google: 'google/gemini' } as const;

const PRICE = { inputPerMillion: 1, outputPerMillion: 10 };

/** The settings of a blender whose providers are a server. */
export function settings(url: string, env: Readonly<Record<string, string>>) {
  return {
    env,
    cache: false,
    providers: { google: { baseURL: `${url}/v1beta` } },
    prices: Object.fromEntries([...Object.values(MODELS), 'openai/judge', 'openai/fuser'].map((name) => [name, PRICE])),
  } as const;
}

/** What a job does in a test. */
export interface JobOptions {
  readonly job: string;
  /** @default 40 */
  readonly questions?: number;
  /** @default one of each provider */
  readonly models?: readonly string[];
  readonly isBatched?: boolean;
  /** With a judge in batches as well, after the answers. */
  readonly judge?: boolean;
  /** With a judge, and then a fuser. */
  readonly fuse?: boolean;
  readonly maxCost?: number;
  readonly maxFailuresInRow?: number;
  readonly retryFailed?: boolean;
  readonly abortSignal?: AbortSignal;
  readonly concurrency?: number;
}

/** Runs a job whose records are answered by several models, and ranked by their length or by a judge. */
export async function* answerParts(
  { url, env }: Pick<BatchServer, 'url' | 'env'>,
  {
    job,
    questions = 40,
    models = Object.values(MODELS),
    isBatched = true,
    judge = false,
    fuse = false,
    ...options
  }: JobOptions,
): AsyncGenerator<BatchPart<object>, void> {
  await using blender = createBlender(settings(url, env));
  const input = Array.from({ length: questions }, (_, n) => ({ id: `q${n}`, prompt: `What is ${n}?` }));
  yield* runBatch<{ id: string; prompt: string }, object>({
    ...options,
    job,
    input,
    segmentSize: 12,
    work: async ({ prompt }, { abortSignal }) => {
      if (fuse) {
        const parts = { ranker: 'judge:openai/judge', fuser: 'openai/fuser' };
        const { text, fused, candidates } = await blender.blend({
          prompt,
          models,
          ...parts,
          maxRetries: 0,
          abortSignal,
        });
        return { text, fused: fused?.text, ranks: candidates.map(({ rank }) => rank) };
      }
      if (judge) {
        const ranker = 'judge:openai/judge';
        const { text, best, scores } = await blender.bestOfN({ prompt, models, ranker, maxRetries: 0, abortSignal });
        return { text, best, scores };
      }
      const { candidates, failures } = await blender.generateCandidates({ prompt, models, maxRetries: 0, abortSignal });
      return {
        texts: candidates.map(({ text }) => text),
        failures: failures.map(({ kind, message }) => ({ kind, message })),
      };
    },
    ...(isBatched ? { providerBatch: { model: (name: string) => blender.model(name), pace: PACE } } : {}),
  });
}

/** Runs a job to its end. @returns its lines */
export async function answer(
  server: Pick<BatchServer, 'url' | 'env'>,
  options: JobOptions,
): Promise<{ readonly lines: readonly string[]; readonly status: JobStatus }> {
  for await (const part of answerParts(server, options)) void part;
  return { lines: await linesOf(options.job), status: await jobStatus(options.job) };
}

/** The results of a job so far. */
export async function linesOf(job: string): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const { json } of readResults(job)) lines.push(json);
  return lines;
}
