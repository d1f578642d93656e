import { onTestFinished } from 'vitest';
import { type BlenderConfig, createBlender, type NamedBlend } from '../../index.ts';
import { type FakeAnswer, FakeLanguageModel, FakePairRanker } from '../../test/index.ts';
import { type RunningServer, startServer, type StartServerOptions } from '../index.ts';

/** Prefers the longer answer. */
export const longer = new FakePairRanker({ judge: ({ left, right }) => left.length - right.length });

/** A fake model that gives this answer to every call. */
export function saying(modelId: string, answer: FakeAnswer): FakeLanguageModel {
  return new FakeLanguageModel({ modelId, answer });
}

/** Two members and a fuser whose text is the longest. */
export function fakeBlend(more: Partial<NamedBlend> = {}): NamedBlend {
  return {
    models: [saying('a', 'short'), saying('b', 'rather longer')],
    fuser: saying('writer', 'the fused answer of both'),
    ranker: longer,
    maxRetries: 0,
    ...more,
  };
}

/** A server on a socket of its own, with the blend `mine`. It and its blender are closed with the test. */
export async function startFake(
  blend: Partial<NamedBlend> = {},
  { config = {}, ...options }: Partial<StartServerOptions> & { config?: BlenderConfig } = {},
): Promise<RunningServer> {
  const all: BlenderConfig = { ...config, blends: { mine: fakeBlend(blend), ...config.blends } };
  const blender = createBlender(all);
  const server = await startServer({ blender, config: all, port: 0, ...options });
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]();
    await blender.dispose();
  });
  return server;
}

/** The body of a request with one question. */
export function question(more: object = {}): object {
  return { model: 'mine', messages: [{ role: 'user', content: 'Why?' }], ...more };
}

/** Posts JSON. */
export function post(
  server: Pick<RunningServer, 'url'>,
  path: string,
  body: unknown,
  init: RequestInit = {},
): Promise<Response> {
  return fetch(`${server.url}${path}`, { method: 'POST', body: JSON.stringify(body), ...init });
}

/** Asks for a chat completion. */
export function chat(server: Pick<RunningServer, 'url'>, more: object = {}, init: RequestInit = {}): Promise<Response> {
  return post(server, '/v1/chat/completions', question(more), init);
}

/** The lines of a whole stream of events, without the empty ones. */
export async function linesOf(response: Response): Promise<readonly string[]> {
  return (await response.text()).split('\n').filter((line) => line !== '');
}

/** A chunk of a streamed answer, as far as tests look into it. */
export interface Chunk {
  readonly choices: readonly {
    readonly index: number;
    readonly delta: {
      readonly role?: string;
      readonly content?: string;
      readonly reasoning_content?: string;
      readonly tool_calls?: readonly object[];
    };
    readonly finish_reason: string | null;
  }[];
  readonly usage?: object;
  readonly llm_blender?: object;
  readonly error?: object;
}

/** The chunks of a whole stream, which has its end. */
export async function chunksOf(response: Response): Promise<readonly Chunk[]> {
  const lines = (await linesOf(response)).filter((line) => line.startsWith('data: '));
  if (lines.at(-1) !== 'data: [DONE]') throw new Error(`the stream ends with ${lines.at(-1)}`);
  return lines.slice(0, -1).map((line) => JSON.parse(line.slice('data: '.length)) as Chunk);
}
