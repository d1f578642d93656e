import { EventSourceParserStream } from 'eventsource-parser/stream';
import { decodeValue } from '../../../src/blend/record/part-json.ts';
import type { Choices, Estimate } from './choices.ts';
import { request } from './request.ts';
import type { BlendPart, QuestionContent, SessionAction } from './types.ts';

/** What a session is begun with. */
export interface StartBody {
  readonly prompt?: string | undefined;
  readonly messages?: readonly { readonly role: string; readonly content: QuestionContent }[] | undefined;
  readonly [setting: string]: unknown;
}

/** Weights that are being fetched or loaded. */
export interface ModelEvent {
  readonly type: string;
  readonly reference?: string | undefined;
  readonly receivedBytes?: number | undefined;
  readonly totalBytes?: number | undefined;
}

const BASE = '/v1/blends';

function send(path: string, init?: RequestInit & { body?: string }): Promise<Response> {
  return request(BASE + path, init);
}

function post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return send(path, { method: 'POST', body: JSON.stringify(body), headers });
}

/** What can be asked for. */
export async function getChoices(): Promise<Choices> {
  return (await (await send('/choices')).json()) as Choices;
}

/** Starts a session. @returns its id */
export async function startBlend(body: StartBody): Promise<string> {
  return ((await (await post('', body)).json()) as { id: string }).id;
}

/** A question that nothing comes before, as a session is begun with it. */
export function questionBody(question: QuestionContent): StartBody {
  return typeof question === 'string' ? { prompt: question } : { messages: [{ role: 'user', content: question }] };
}

/** What starting a session would take. */
export async function estimateStart(body: StartBody): Promise<Estimate> {
  return decodeValue(await (await post('/estimate', body)).json()) as Estimate;
}

/** What an action would take. */
export async function estimateAction(id: string, action: SessionAction): Promise<Estimate> {
  return decodeValue(await (await post(`/${id}/estimate`, action)).json()) as Estimate;
}

/** Takes an action. What it does is told by the parts. */
export async function act(id: string, action: SessionAction): Promise<void> {
  await post(`/${id}/actions`, action);
}

/** Settings as a part of a configuration file, in YAML. */
export async function toConfiguration(body: StartBody, name: string): Promise<string> {
  return await (await post('/configuration', { ...body, name })).text();
}

/**
 * The parts of a session after one, as they come; ends with the session.
 *
 * @throws ServerError where there is no such session, TypeError where the connection breaks.
 */
export async function* readParts(
  id: string,
  {
    after,
    signal,
    onOpen,
    onModel,
  }: {
    after: number;
    signal: AbortSignal;
    /** The session is there, and takes actions. */
    onOpen: () => void;
    onModel: (event: ModelEvent) => void;
  },
): AsyncGenerator<BlendPart, void, undefined> {
  const response = await send(`/${id}/parts?after=${after}`, { signal, headers: { accept: 'text/event-stream' } });
  if (response.status === 204 || response.body === null) return;
  onOpen();
  const events = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  for await (const { event, data } of events) {
    if (event === 'model') onModel(JSON.parse(data) as ModelEvent);
    else yield decodeValue(JSON.parse(data)) as BlendPart;
  }
}
