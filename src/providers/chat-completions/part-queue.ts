import type { Readable } from 'node:stream';
import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import type { PartSource } from '../../spec/part-source.ts';

/** Parts that may wait for their reader before the server is made to wait. */
const MAX_WAITING_PARTS = 64;

/** Milliseconds a server has to end a reply whose answer is complete. */
const END_TIMEOUT_MS = 1000;

/** Parts that are read from a body and wait for their reader. While many wait, the body is paused. */
export class PartQueue implements PartSource {
  readonly #body: Readable;
  #waiting: LanguageModelV4StreamPart[] = [];
  #end: { readonly error?: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor(body: Readable) {
    this.#body = body;
  }

  get isOver(): boolean {
    return this.#end !== undefined;
  }

  add(part: LanguageModelV4StreamPart): void {
    this.#waiting.push(part);
    if (this.#waiting.length >= MAX_WAITING_PARTS) this.#body.pause();
    this.#wake?.();
  }

  /** No more parts come. What is left of the body is read, so that the connection can be used again. */
  end(): void {
    this.#close({});
    if (this.#body.destroyed) return;
    // A server that keeps the reply open has the connection closed.
    const timer = setTimeout(() => this.#body.destroy(), END_TIMEOUT_MS).unref();
    this.#body.once('close', () => clearTimeout(timer));
    this.#body.resume();
  }

  /** Reading fails after the parts that wait. */
  fail(error: unknown): void {
    this.#close({ error });
  }

  async read(): Promise<readonly LanguageModelV4StreamPart[] | undefined> {
    while (this.#waiting.length === 0) {
      if (this.#end !== undefined && 'error' in this.#end) throw this.#end.error;
      if (this.#end !== undefined) return undefined;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      this.#body.resume();
      await promise;
    }
    const parts = this.#waiting;
    this.#waiting = [];
    return parts;
  }

  async cancel(): Promise<void> {
    this.#waiting = [];
    this.#close({});
    this.#body.destroy();
  }

  #close(end: { readonly error?: unknown }): void {
    this.#end ??= end;
    this.#wake?.();
  }
}
