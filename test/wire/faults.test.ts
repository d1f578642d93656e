import { expect, test } from 'vitest';
import PQueue from 'p-queue';
import { type Blender, type CallFailure, type Candidate, NoCandidatesError } from '../../src/index.ts';
import { FakePairRanker } from '../../src/test/index.ts';
import { createRandom } from '../../src/util/random.ts';
import { drawFault, type Fault, hang } from './fault.ts';
import { type ReceivedRequest, ReplayServer } from './replay-server.ts';
import { fixture } from './reply.ts';
import { APIS, KEY, wireBlender } from './wire-blender.ts';

const BLENDS = 1000;
const MAX_RETRIES = 1;
const TEXT = 'The best thing about Kaggle is its community – people share what they learn. 🏆';

/** What one call of one blend was answered, attempt by attempt. */
type Served = Map<string, Fault[]>;

/** Which call of which blend a request belongs to: the question has a number, and each call of a blend its own model. */
function callOf({ path, body }: ReceivedRequest): string {
  const blend = /Question (\d+)/.exec(JSON.stringify(body))?.[1];
  const model = /models\/([^:]+)/.exec(path)?.[1] ?? (body as { model: string }).model;
  return `${blend} ${model}`;
}

/** Answers by chance; the same blend gets the same faults in every run. */
function faulty(served: Served) {
  return (request: ReceivedRequest) => {
    if (request.method === 'GET') return fixture('openai/models');
    const call = callOf(request);
    const faults = served.get(call) ?? [];
    served.set(call, faults);
    const [number = '', model = ''] = call.split(' ');
    const folder = APIS.find((api) => api.model.endsWith(`/${model}`))?.folder ?? 'openai-chat';
    const seed = [...`${call} ${faults.length}`].reduce((hash, sign) => Math.imul(hash, 31) + sign.charCodeAt(0), 7);
    const fault = hangs(Number(number), model) ? hang(folder) : drawFault(folder, createRandom(seed));
    faults.push(fault);
    return fault.reply;
  };
}

/** The model asked first hangs in every fiftieth blend. */
function hangs(blend: number, model: string): boolean {
  return blend % 50 === 0 && model === modelOf(blend, 0).split('/')[1];
}

/** The model that a blend asks first or second. */
function modelOf(blend: number, place: number): string {
  return APIS[(blend + Math.floor(blend / 50) + place) % APIS.length]?.model ?? '';
}

interface Outcome {
  readonly candidates: readonly Candidate[];
  readonly failures: readonly CallFailure[];
  /** Undefined where nothing was fused. */
  readonly fused: string | undefined;
  /** Requests that the blend says it made. */
  readonly calls: number;
}

/** Blends two models, with a third that fuses. */
async function blendOnce(blender: Blender, number: number): Promise<Outcome> {
  // Nobody but those who hang runs out of time, however slow the machine.
  const models = [0, 1].map((place) => {
    const model = modelOf(number, place);
    return { model, timeoutMs: hangs(number, model.split('/')[1] ?? '') ? 500 : 60_000 };
  });
  const ranker = new FakePairRanker({ judge: () => 0 });
  try {
    const result = await blender.blend({
      prompt: `Question ${number}?`,
      models,
      ranker,
      fuser: 'mine/fuser',
      maxRetries: MAX_RETRIES,
    });
    const { candidates, failures, fused } = result;
    expect(result.text).toBe(TEXT);
    return { candidates, failures, fused: fused?.text, calls: result.usage.calls - ranker.pairs.length };
  } catch (error) {
    if (!(error instanceof NoCandidatesError)) throw error;
    const failures = error.failures as readonly CallFailure[];
    const calls = failures.reduce((sum, { usage }) => sum + (usage?.calls ?? 0), 0);
    return { candidates: [], failures, fused: undefined, calls };
  }
}

test(`${BLENDS} blends while the providers fail by chance: no crash, and every call is accounted for`, async () => {
  const served: Served = new Map();
  await using server = await ReplayServer.start(faulty(served));
  await using blender = wireBlender(server);
  const queue = new PQueue({ concurrency: 32 });
  const outcomes = await queue.addAll(Array.from({ length: BLENDS }, (_, number) => () => blendOnce(blender, number)));

  const accounted = new Map<string, string>();
  const kinds = new Map<string, number>();
  const account = (number: number, model: string, outcome: string) => {
    const call = `${number} ${model.slice(model.indexOf('/') + 1)}`;
    expect(accounted.has(call)).toBe(false);
    accounted.set(call, outcome);
    kinds.set(outcome, (kinds.get(outcome) ?? 0) + 1);
  };
  for (const [number, { candidates, failures, fused }] of outcomes.entries()) {
    expect(failures.filter(({ phase }) => phase === 'generate').length + candidates.length).toBe(2);
    for (const { model, text } of candidates) {
      expect(text).toBe(TEXT);
      account(number, model, 'candidate');
    }
    for (const { model, kind } of failures) account(number, model, kind);
    if (fused !== undefined) account(number, 'mine/fuser', 'candidate');
  }

  // Every call the server saw has the outcome of its last reply, and was made again exactly where that makes sense.
  let requests = 0;
  for (const [call, faults] of served) {
    const last = faults.at(-1);
    expect([call, accounted.get(call)]).toEqual([call, last?.outcome]);
    expect(faults.slice(0, -1).every(({ again }) => again)).toBe(true);
    if (last?.again === true) expect(faults).toHaveLength(1 + MAX_RETRIES);
    requests += faults.length;
  }
  expect(served.size).toBe(accounted.size);
  expect(server.requests.filter(({ method }) => method === 'POST')).toHaveLength(requests);
  expect(JSON.stringify(outcomes)).not.toContain(KEY);
  expect(outcomes.reduce((sum, { calls }) => sum + calls, 0)).toBe(requests);
  // The chance was large enough that each kind came up.
  expect([...kinds.keys()].toSorted()).toEqual([
    'blocked',
    'candidate',
    'empty',
    'interrupted',
    'invalid-request',
    'invalid-response',
    'not-found',
    'rate-limited',
    'refused',
    'timeout',
    'unavailable',
    'unreachable',
  ]);
}, 240_000);
