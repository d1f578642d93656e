import { checkNumber } from '../../util/check-number.ts';
import { errorMessage } from '../../util/error-message.ts';
import type { BlendOptions } from '../blend-options.ts';
import { InvalidArgumentError } from '../../error/index.ts';
import type { BlendPart } from '../blend-parts.ts';
import type { BlendComparison, BlendResult } from '../blend-result.ts';
import type { RankedCandidates } from '../rank-candidates.ts';
import { Session } from './session.ts';
import { type PrepareAction, SESSION_ACTIONS, type SessionAction } from './session-actions.ts';
import type { CheckedFusion } from './turn.ts';
import { type BlendState, INITIAL_BLEND_STATE, reduceBlend } from './session-state.ts';
import { StreamLog } from './stream-log.ts';

/**
 * A blend that can be steered while it runs: its members stopped, asked anew and changed, what is ready ranked and fused
 * again, and the conversation continued from any answer. Everything that happens is a part with a number; `parts` yields
 * all of them, also to a listener that joins late, and `state` sums them up.
 */
export class BlendSession extends Session implements AsyncDisposable {
  readonly #log: StreamLog<BlendPart>;
  readonly #abortSignal: AbortSignal | undefined;
  #state = INITIAL_BLEND_STATE;
  #closing: Promise<void> | undefined;

  /** @throws InvalidArgumentError for an option that cannot be used. */
  constructor(options: BlendOptions, prepare?: PrepareAction) {
    const log = new StreamLog<BlendPart>();
    super(options, (part) => log.append(part), prepare);
    this.#log = log;
    this.#abortSignal = options.abortSignal;
    options.abortSignal?.addEventListener('abort', this.#onAbort, { once: true });
    if (options.abortSignal?.aborted === true) this.#onAbort();
  }

  /** What all parts so far come to, as plain data. */
  get state(): BlendState {
    for (const part of this.#log.since(this.#state.seq)) this.#state = reduceBlend(this.#state, part);
    return this.#state;
  }

  /**
   * The parts, from the first one, or from the one after number `after`; it ends when the session is closed. Every reader
   * gets all of them, and leaving stops nothing.
   *
   * @throws InvalidArgumentError
   */
  parts({ after = 0 }: { after?: number | undefined } = {}): ReadableStream<BlendPart> {
    checkNumber('after', after, { min: 0, integer: true });
    return this.#log.read({ after });
  }

  protected override reportFailure(error: unknown): void {
    if (this.#abortSignal?.aborted !== true) this.emit({ type: 'blend-error', message: errorMessage(error) });
  }

  /** Takes an action that is data. It resolves when the action has ended, with what its method returns. */
  async act(
    action: SessionAction,
  ): Promise<BlendResult | RankedCandidates | CheckedFusion | BlendComparison | string | void> {
    switch (action.type) {
      case 'run':
        return this.run();
      case 'ask':
        return this.ask();
      case 'add':
        return this.add(action.member);
      case 'change':
        return this.change(action.id, action.change);
      case 'retry':
        return this.retry(action.id);
      case 'remove':
        return this.remove(action.id);
      case 'stop':
        return this.stop(action.id);
      case 'rank':
        return this.rank(action.settings);
      case 'fuse':
        return this.fuse(action.settings);
      case 'compare':
        return this.compare(action.left, action.right, action.settings);
      case 'continue':
        return this.continueFrom(action.from, action.question);
      default:
        throw new InvalidArgumentError({
          parameter: 'action',
          value: action satisfies never,
          message: `expected a type among: ${SESSION_ACTIONS.join(', ')}.`,
        });
    }
  }

  /** Stops all that is under way and ends the parts. Further actions fail. Also `await using`. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  readonly #onAbort = () => this.#log.fail(this.#abortSignal?.reason);

  async #close(): Promise<void> {
    await this.shut();
    this.#abortSignal?.removeEventListener('abort', this.#onAbort);
    this.emit({ type: 'session-end' });
    this.#log.end();
  }
}
