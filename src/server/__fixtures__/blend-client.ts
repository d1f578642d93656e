import { EventSourceParserStream } from 'eventsource-parser/stream';
import { decodeValue } from '../../blend/record/part-json.ts';
import { type BlendPart, type BlendState, INITIAL_BLEND_STATE, reduceBlend } from '../../index.ts';
import type { Clock } from '../blends/clock.ts';
import type { RunningServer } from '../index.ts';
import { post } from './fake-server.ts';

type Address = Pick<RunningServer, 'url'>;

/** A session as responses have it. */
export interface BlendBody {
  readonly id: string;
  readonly status: string;
  readonly seq: number;
  readonly question: string | null;
  readonly closedBy: string | null;
  readonly state: BlendState;
}

/** Starts a session; the question is `Why?` unless there is another. */
export async function startBlend(server: Address, more: object = {}, init: RequestInit = {}): Promise<BlendBody> {
  const question = 'messages' in more || 'instruction' in more ? {} : { prompt: 'Why?' };
  return body(await post(server, '/v1/blends', { ...question, ...more }, init), 201);
}

/** The JSON of a response of this status. */
export async function body<BODY = BlendBody>(response: Response, status = 200): Promise<BODY> {
  const text = await response.text();
  if (response.status !== status) throw new Error(`${response.status}: ${text}`);
  return decodeValue(JSON.parse(text)) as BODY;
}

export async function retrieve(server: Address, { id }: { id: string }, init: RequestInit = {}): Promise<BlendBody> {
  return body(await fetch(`${server.url}/v1/blends/${id}`, init));
}

/** Takes an action. */
export function act(
  server: Address,
  { id }: { id: string },
  action: object,
  { wait = false, ...init }: RequestInit & { wait?: boolean } = {},
): Promise<Response> {
  return post(server, `/v1/blends/${id}/actions${wait ? '?wait=true' : ''}`, action, init);
}

/** An event of a stream of parts. */
export interface PartEvent {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly part: BlendPart;
}

/** Reads the parts of a session. */
export async function openParts(
  server: Address,
  { id }: { id: string },
  { after, ...init }: RequestInit & { after?: number | string } = {},
): Promise<Response> {
  return fetch(`${server.url}/v1/blends/${id}/parts${after === undefined ? '' : `?after=${after}`}`, init);
}

/** The events of a response, as they come. */
export async function* eventsOf(response: Response): AsyncGenerator<PartEvent> {
  if (response.body === null) throw new Error(`${response.status} without a body`);
  const events = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  for await (const { id, event, data } of events) {
    yield { id, name: event, part: decodeValue(JSON.parse(data)) as BlendPart };
  }
}

/** All parts of a response until its end, or until one that is asked for. */
export async function partsOf(
  response: Response,
  until: (part: BlendPart) => boolean = () => false,
): Promise<readonly BlendPart[]> {
  const parts: BlendPart[] = [];
  for await (const { part, name } of eventsOf(response)) {
    if (name !== undefined) continue;
    parts.push(part);
    if (until(part)) break;
  }
  return parts;
}

/** What parts come to. */
export function reduceAll(parts: readonly BlendPart[], state: BlendState = INITIAL_BLEND_STATE): BlendState {
  return parts.reduce(reduceBlend, state);
}

/** A time that goes on when it is told to. */
export class FakeClock implements Clock {
  #now = Date.UTC(2026, 0, 1);
  readonly #waiting = new Set<{ readonly at: number; readonly call: () => void }>();

  now(): number {
    return this.#now;
  }

  after(ms: number, call: () => void): () => void {
    const entry = { at: this.#now + ms, call };
    this.#waiting.add(entry);
    return () => this.#waiting.delete(entry);
  }

  advance(ms: number): void {
    this.#now += ms;
    for (const entry of [...this.#waiting].toSorted((one, other) => one.at - other.at)) {
      if (entry.at > this.#now || !this.#waiting.delete(entry)) continue;
      entry.call();
    }
  }
}
