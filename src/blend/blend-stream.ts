import { mergeAbortSignals } from '../util/merge-abort-signals.ts';
import { notify } from '../util/notify.ts';
import type { BlendPart } from './blend-parts.ts';
import type { BlendResult } from './blend-result.ts';
import { StreamLog } from './session/stream-log.ts';

/**
 * A running blend: a stream of its parts, from `blend-start` to `blend-end`, and beside it the decided text as a stream
 * and the results as promises. The blend runs from the start, whether or not anything is read, and none of these waits
 * for another to be read. The parts have one reader, and `tee()` makes it two; each `textStream` has one of its own.
 *
 * A blend ends early when nobody listens any more: when the reader of the parts leaves (by `break`, or `cancel()` of the
 * stream), or one of a `textStream`, while no other stream is being read and none of the promises was asked for. Who has
 * asked for a promise listens to the end; only the `abortSignal` ends the blend then. If the blend as a whole fails,
 * reading and the promises fail with the error; one that nobody awaits is no unhandled rejection.
 */
export interface BlendStream<OBJECT = unknown> extends ReadableStream<BlendPart> {
  /**
   * The answer alone. With `stream: 'decided'`, the default, in one piece: nothing until it is decided whether the fused
   * text or the best candidate is the answer. With `stream: 'fused'` the fused text as it is written, or the best candidate
   * in one piece where nothing is fused; if the fusion fails after a part of it was given, the stream fails, and `text` is
   * the best candidate. A new stream each time it is asked for.
   */
  readonly textStream: ReadableStream<string>;
  /** The answer. */
  readonly text: Promise<string>;
  /** The answer as the `schema` makes of it; undefined without a schema. */
  readonly object: Promise<OBJECT>;
  /** Which text is the answer. */
  readonly decision: Promise<BlendResult['decision']>;
  /** Best first. */
  readonly candidates: Promise<BlendResult<OBJECT>['candidates']>;
  /** Calls that failed. */
  readonly failures: Promise<BlendResult['failures']>;
  /** Tokens, calls and cost of all steps. */
  readonly usage: Promise<BlendResult['usage']>;
  /** All of it, as `blend` returns it. */
  readonly result: Promise<BlendResult<OBJECT>>;
}

/** Starts a blend. */
export class RunningBlend extends ReadableStream<BlendPart> implements BlendStream {
  readonly #result: Promise<BlendResult>;
  readonly #text = new StreamLog<string>();
  readonly #left = new AbortController();
  #isPartsReaderGone = false;
  #openTextStreams = 0;
  #isPromiseAskedFor = false;

  constructor(
    run: (call: { emit: (part: BlendPart) => void; abortSignal: AbortSignal | undefined }) => Promise<BlendResult>,
    callerSignal: AbortSignal | undefined,
  ) {
    let parts: ReadableStreamDefaultController<BlendPart> | undefined;
    super({
      start(controller) {
        parts = controller;
      },
      cancel: (reason) => this.#leaveParts(reason),
    });
    const writeText = fusedTextWriter(this.#text);
    const emit = (part: BlendPart) => {
      writeText(part);
      // Once the reader has left, the stream takes no more parts; `notify` drops the error that it throws then.
      notify((value: BlendPart) => parts?.enqueue(value), part);
    };
    // At once, without the parts that still wait to be read.
    const onAbort = () => parts?.error(callerSignal?.reason);
    callerSignal?.addEventListener('abort', onAbort, { once: true });
    this.#result = run({ emit, abortSignal: mergeAbortSignals(callerSignal, this.#left.signal) });
    this.#result
      .then(
        (result) => {
          this.#endText(result);
          notify(() => parts?.close(), undefined);
        },
        (error: unknown) => {
          this.#text.fail(error);
          parts?.error(error);
        },
      )
      .finally(() => callerSignal?.removeEventListener('abort', onAbort));
  }

  get textStream(): ReadableStream<string> {
    this.#openTextStreams += 1;
    return this.#text.read({
      onCancel: (reason) => {
        this.#openTextStreams -= 1;
        this.#endIfUnheard(reason);
      },
    });
  }

  get text() {
    return this.#promise(({ text }) => text);
  }

  get object() {
    return this.#promise(({ object }) => object);
  }

  get decision() {
    return this.#promise(({ decision }) => decision);
  }

  get candidates() {
    return this.#promise(({ candidates }) => candidates);
  }

  get failures() {
    return this.#promise(({ failures }) => failures);
  }

  get usage() {
    return this.#promise(({ usage }) => usage);
  }

  get result() {
    return this.#promise((result) => result);
  }

  #promise<VALUE>(pick: (result: BlendResult) => VALUE): Promise<VALUE> {
    this.#isPromiseAskedFor = true;
    const promise = this.#result.then(pick);
    // Several may be asked for and only one awaited.
    promise.catch(() => {});
    return promise;
  }

  #endText({ text, decision, failures }: BlendResult): void {
    if (this.#text.isEmpty) this.#text.append(text);
    else if (decision !== 'fused') {
      const { message = 'it came to no answer' } = failures.find(({ phase }) => phase === 'fuse') ?? {};
      this.#text.fail(new Error(`The fusion failed after a part of it was streamed: ${message}`));
    }
    this.#text.end();
  }

  #leaveParts(reason: unknown): void {
    this.#isPartsReaderGone = true;
    this.#endIfUnheard(reason);
  }

  #endIfUnheard(reason: unknown): void {
    const arePartsRead = this.locked && !this.#isPartsReaderGone;
    if (arePartsRead || this.#openTextStreams > 0 || this.#isPromiseAskedFor) return;
    this.#left.abort(reason ?? new DOMException('The blend was left by its reader.', 'AbortError'));
  }
}

/** Writes a fusion as it is written, where that is what is streamed. What was given cannot be taken back: after a thought the answer follows it. */
function fusedTextWriter(text: StreamLog<string>): (part: BlendPart) => void {
  let isStreamed = false;
  let isCleaned = false;
  return (part) => {
    if (part.type === 'blend-start') isStreamed = part.stream === 'fused';
    else if (!isStreamed) return;
    else if (part.type === 'fusion-restart') {
      // What was written is there already; the cleaned text says the same.
      if (part.reason === 'cleaned') isCleaned = true;
      else if (!text.isEmpty) text.append('\n\n');
    } else if (part.type === 'fusion-delta' && !isCleaned) text.append(part.delta);
  };
}
