import { randomUUID } from 'node:crypto';
import type {
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4ResponseMetadata,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
  SharedV4ProviderMetadata,
} from '@ai-sdk/provider';
import {
  listIn,
  logprobsOf,
  messageOf,
  objectIn,
  textIn,
  textsOf,
  toFinishReason,
  toUsage,
  usageIn,
} from './reply-fields.ts';
import { isObject, type UnknownObject } from '../../util/is-object.ts';

/** A tool call whose pieces are still arriving. */
interface OpenToolCall {
  id: string;
  name: string;
  input: string;
  isStarted: boolean;
}

/** Turns the pieces of a streamed reply into the stream parts of the AI SDK. */
export class ReplyParts {
  readonly #provider: string;
  readonly #emit: (part: LanguageModelV4StreamPart) => void;
  #open: 'text' | 'reasoning' | undefined;
  #hasMetadata = false;
  #hasText = false;
  #hasRefusal = false;
  #finishReason: string | undefined;
  #usage: UnknownObject | undefined;
  #routedTo: string | undefined;
  readonly #logprobs: unknown[] = [];
  readonly #calls = new Map<number, OpenToolCall>();

  constructor({ provider, emit }: { provider: string; emit: (part: LanguageModelV4StreamPart) => void }) {
    this.#provider = provider;
    this.#emit = emit;
  }

  /** True once the server has said why the answer ended. */
  get isFinished(): boolean {
    return this.#finishReason !== undefined;
  }

  /** True while no text has come. */
  get isEmpty(): boolean {
    return !this.#hasText;
  }

  /** Takes in one piece: the JSON of one event. */
  add(piece: UnknownObject): void {
    if (!this.#hasMetadata) this.#addMetadata(piece);
    const choice = listIn(piece, 'choices')[0];
    this.#usage = usageIn(piece, choice) ?? this.#usage;
    this.#routedTo = textIn(piece, 'provider') ?? this.#routedTo;
    if (!isObject(choice)) return;
    this.#finishReason = textIn(choice, 'finish_reason') ?? this.#finishReason;
    this.#logprobs.push(...logprobsOf(choice));
    // Some send the whole message again at the end.
    const delta = isObject(choice['delta']) || !this.isEmpty ? objectIn(choice, 'delta') : messageOf(choice);
    if (textIn(delta, 'refusal') !== undefined) this.#hasRefusal = true;
    for (const { type, text } of textsOf(delta)) this.#addText(type, text);
    for (const call of listIn(delta, 'tool_calls')) if (isObject(call)) this.#addToolCall(call);
  }

  /** The answer is complete. */
  end(): void {
    this.#close();
    for (const call of this.#calls.values()) {
      this.#start(call);
      this.#emit({ type: 'tool-input-end', id: call.id });
      this.#emit({
        type: 'tool-call',
        toolCallId: call.id,
        toolName: call.name,
        input: call.input === '' ? '{}' : call.input,
      });
    }
    const reason = this.#finishReason ?? (this.#calls.size > 0 ? 'tool_calls' : undefined);
    this.#finish(toFinishReason(reason, { hasRefusal: this.#hasRefusal }));
  }

  /** The answer failed; what came before stays. */
  fail(error: unknown): void {
    this.#emit({ type: 'error', error });
    this.#close();
    this.#finish({ unified: 'error', raw: undefined });
  }

  #addMetadata(piece: UnknownObject): void {
    const metadata = toMetadata(piece);
    if (metadata === undefined) return;
    this.#hasMetadata = true;
    this.#emit({ type: 'response-metadata', ...metadata });
  }

  #addText(type: 'text' | 'reasoning', delta: string): void {
    this.#hasText ||= type === 'text';
    const id = `${type}-0`;
    if (this.#open !== type) {
      this.#close();
      this.#open = type;
      this.#emit({ type: `${type}-start`, id });
    }
    this.#emit({ type: `${type}-delta`, id, delta });
  }

  #close(): void {
    if (this.#open !== undefined) this.#emit({ type: `${this.#open}-end`, id: `${this.#open}-0` });
    this.#open = undefined;
  }

  #addToolCall(piece: UnknownObject): void {
    this.#close();
    const index = typeof piece['index'] === 'number' ? piece['index'] : this.#calls.size;
    const call = this.#calls.get(index) ?? { id: '', name: '', input: '', isStarted: false };
    this.#calls.set(index, call);
    const { function: named } = piece;
    call.id ||= textIn(piece, 'id') ?? '';
    call.name ||= textIn(named, 'name') ?? '';
    const delta = textIn(named, 'arguments') ?? '';
    call.input += delta;
    // Some servers send the name after the first piece of the input.
    if (call.name === '') return;
    if (!call.isStarted) {
      this.#start(call);
      if (call.input !== '') this.#emit({ type: 'tool-input-delta', id: call.id, delta: call.input });
    } else if (delta !== '') this.#emit({ type: 'tool-input-delta', id: call.id, delta });
  }

  #start(call: OpenToolCall): void {
    if (call.isStarted) return;
    call.isStarted = true;
    call.id ||= randomUUID();
    this.#emit({ type: 'tool-input-start', id: call.id, toolName: call.name });
  }

  #finish(finishReason: LanguageModelV4FinishReason): void {
    this.#emit({
      type: 'finish',
      finishReason,
      usage: toUsage(this.#usage),
      providerMetadata: toProviderMetadata(this.#provider, {
        logprobs: this.#logprobs,
        usage: this.#usage,
        routedTo: this.#routedTo,
      }),
    });
  }
}

/** A whole reply. */
export interface WholeReply {
  readonly content: LanguageModelV4Content[];
  readonly finishReason: LanguageModelV4FinishReason;
  readonly usage: LanguageModelV4Usage;
  readonly providerMetadata: SharedV4ProviderMetadata;
  readonly response: LanguageModelV4ResponseMetadata;
}

/** Reads a reply that was not streamed; undefined where it is no chat completion. */
export function readWholeReply(reply: unknown, provider: string): WholeReply | undefined {
  const choice = listIn(reply, 'choices')[0];
  if (!isObject(reply) || !isObject(choice)) return undefined;
  const message = messageOf(choice);
  const calls = listIn(message, 'tool_calls').map((call): LanguageModelV4Content => {
    const named = objectIn(call, 'function');
    return {
      type: 'tool-call',
      toolCallId: textIn(call, 'id') ?? randomUUID(),
      toolName: textIn(named, 'name') ?? '',
      input: textIn(named, 'arguments') ?? '{}',
    };
  });
  const usage = usageIn(reply, choice);
  const raw = textIn(choice, 'finish_reason') ?? (calls.length > 0 ? 'tool_calls' : undefined);
  return {
    content: [...textsOf(message), ...calls],
    finishReason: toFinishReason(raw, { hasRefusal: textIn(message, 'refusal') !== undefined }),
    usage: toUsage(usage),
    providerMetadata: toProviderMetadata(provider, {
      logprobs: logprobsOf(choice),
      usage,
      routedTo: textIn(reply, 'provider'),
    }),
    response: toMetadata(reply) ?? {},
  };
}

/** The same answer as the parts of a stream, for a server that does not stream. */
export function emitWholeReply(
  { content, finishReason, usage, providerMetadata, response }: WholeReply,
  emit: (part: LanguageModelV4StreamPart) => void,
): void {
  emit({ type: 'response-metadata', ...response });
  for (const [index, part] of content.entries()) {
    const id = String(index);
    if (part.type === 'text' || part.type === 'reasoning') {
      emit({ type: `${part.type}-start`, id });
      emit({ type: `${part.type}-delta`, id, delta: part.text });
      emit({ type: `${part.type}-end`, id });
    } else emit(part as LanguageModelV4StreamPart);
  }
  emit({ type: 'finish', finishReason, usage, providerMetadata });
}

function toMetadata(reply: UnknownObject): LanguageModelV4ResponseMetadata | undefined {
  const id = textIn(reply, 'id');
  const modelId = textIn(reply, 'model');
  const { created } = reply;
  if (id === undefined && modelId === undefined) return undefined;
  return {
    ...(id === undefined ? {} : { id }),
    ...(modelId === undefined ? {} : { modelId }),
    // Some servers put 0 in place of a time.
    ...(typeof created === 'number' && created > 0 ? { timestamp: new Date(created * 1000) } : {}),
  };
}

function toProviderMetadata(
  provider: string,
  {
    logprobs,
    usage,
    routedTo,
  }: {
    logprobs: readonly unknown[];
    usage: UnknownObject | undefined;
    /** By a gateway. */ routedTo: string | undefined;
  },
): SharedV4ProviderMetadata {
  const detail = {
    ...(logprobs.length === 0 ? {} : { logprobs }),
    // What OpenRouter charged.
    ...(typeof usage?.['cost'] === 'number' ? { usage } : {}),
    ...(routedTo === undefined ? {} : { provider: routedTo }),
  };
  return { [provider]: detail as SharedV4ProviderMetadata[string] };
}
