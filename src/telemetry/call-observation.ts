import { randomUUID } from 'node:crypto';
import type {
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from '@ai-sdk/provider';
import { type Span, trace } from '@opentelemetry/api';
import { pickSettings } from '../spec/model-choice.ts';
import { errorMessage } from '../util/error-message.ts';
import { inputMessages, outputMessages, responseAttributes } from './gen-ai-attributes.ts';
import { failSpan } from './in-span.ts';
import { type CallRecord, currentWork } from './trace-record.ts';

/**
 * True where the span that is under way is of this very call already: the telemetry of the AI SDK, where an application
 * has registered it, makes one for each call, and asks the model inside of it.
 */
export function hasCallSpan(): boolean {
  const span = trace.getActiveSpan();
  // Spans that are recorded show what they hold; the interface of all spans does not say so.
  const attributes = span !== undefined && 'attributes' in span ? span.attributes : undefined;
  return typeof attributes === 'object' && attributes !== null && 'gen_ai.request.model' in attributes;
}

/** One call while it is under way: collects what becomes its span and its record. */
export class CallObservation {
  readonly #params: LanguageModelV4CallOptions;
  readonly #model: string;
  /** Undefined where the call has no span of ours. */
  readonly #span: Span | undefined;
  readonly #recordContent: boolean;
  readonly #work = currentWork();
  readonly #time = new Date();
  readonly #start = performance.now();
  #firstMs: number | undefined;
  #reply: string | undefined;
  #reasoning: string | undefined;
  #finishReason: string | undefined;
  #usage: LanguageModelV4Usage | undefined;
  #responseId: string | undefined;
  #responseModel: string | undefined;
  #error: unknown;

  constructor({
    model,
    params,
    span,
    recordContent,
  }: {
    model: string;
    params: LanguageModelV4CallOptions;
    span: Span | undefined;
    recordContent: boolean;
  }) {
    this.#model = model;
    this.#params = params;
    this.#span = span;
    this.#recordContent = recordContent;
    if (recordContent) span?.setAttributes(inputMessages(params.prompt));
  }

  /** Collects a part of a stream. */
  collect(part: LanguageModelV4StreamPart): void {
    switch (part.type) {
      case 'text-delta':
        this.#firstMs ??= performance.now() - this.#start;
        this.#reply = (this.#reply ?? '') + part.delta;
        break;
      case 'reasoning-delta':
        this.#reasoning = (this.#reasoning ?? '') + part.delta;
        break;
      case 'response-metadata':
        this.#responseId = part.id;
        this.#responseModel = part.modelId;
        break;
      case 'error':
        this.#error = part.error;
        break;
      case 'finish':
        this.#finishReason = part.finishReason.unified;
        this.#usage = part.usage;
        break;
      default:
    }
  }

  /** Collects a whole answer. */
  collectAll({ content, finishReason, usage, response }: LanguageModelV4GenerateResult): void {
    for (const part of content) {
      if (part.type === 'text') this.#reply = (this.#reply ?? '') + part.text;
      else if (part.type === 'reasoning') this.#reasoning = (this.#reasoning ?? '') + part.text;
    }
    this.#finishReason = finishReason.unified;
    this.#usage = usage;
    this.#responseId = response?.id;
    this.#responseModel = response?.modelId;
  }

  fail(error: unknown): void {
    this.#error = error;
  }

  /** The record of the call, which is over. */
  toRecord({ cached = false }: { cached?: boolean } = {}): CallRecord {
    return {
      type: 'call',
      id: randomUUID(),
      time: this.#time.toISOString(),
      ...this.#work,
      model: this.#model,
      settings: pickSettings(this.#params),
      prompt: this.#params.prompt,
      reply: this.#reply,
      reasoning: this.#reasoning,
      finishReason: this.#finishReason,
      usage: { inputTokens: this.#usage?.inputTokens.total, outputTokens: this.#usage?.outputTokens.total },
      timings: { firstMs: this.#firstMs, totalMs: performance.now() - this.#start },
      error: this.#error === undefined ? undefined : errorMessage(this.#error),
      cached,
    };
  }

  /** The call is over. */
  endSpan(): void {
    const span = this.#span;
    if (span === undefined) return;
    span.setAttributes(
      responseAttributes({
        id: this.#responseId,
        modelId: this.#responseModel,
        finishReason: this.#finishReason,
        usage: this.#usage,
        firstMs: this.#firstMs,
      }),
    );
    if (this.#recordContent && this.#reply !== undefined)
      span.setAttributes(outputMessages(this.#reply, this.#finishReason));
    if (this.#error !== undefined) failSpan(span, this.#error);
    span.end();
  }
}
