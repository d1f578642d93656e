import type { GenerateCandidatesOptions as LooseOptions } from '../../src/generate/index.ts';
import {
  type CallFailure,
  type Candidate,
  type GenerateCandidatesOptions,
  NoCandidatesError,
} from '../../src/index.ts';
import { type Answer, type ReceivedRequest, ReplayServer } from './replay-server.ts';
import type { Reply } from './reply.ts';
import { wireBlender } from './wire-blender.ts';

/** What became of one call: the candidate or the failure, and what the server was asked. */
export interface Outcome {
  readonly candidate: Candidate | undefined;
  readonly failure: CallFailure | undefined;
  readonly requests: readonly ReceivedRequest[];
}

/** Asks one model once at a server that answers so. */
export async function askOnce(
  model: string,
  answer: Reply | Answer,
  options: Partial<LooseOptions> = {},
): Promise<Outcome> {
  await using server = await ReplayServer.start(answer);
  await using blender = wireBlender(server);
  try {
    const all = { prompt: 'Why Kaggle?', models: [model], maxRetries: 0, ...options };
    const { candidates } = await blender.generateCandidates(all as GenerateCandidatesOptions);
    return { candidate: candidates[0], failure: undefined, requests: server.requests };
  } catch (error) {
    if (!(error instanceof NoCandidatesError)) throw error;
    return { candidate: undefined, failure: error.failures[0] as CallFailure, requests: server.requests };
  }
}
