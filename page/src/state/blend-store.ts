import { INITIAL_BLEND_STATE, reduceBlend } from '../../../src/blend/session/session-state.ts';
import type { BlendPart, BlendState } from '../api/types.ts';

/** Milliseconds between two states at least: twelve fast models would else have the page drawn for each token. */
const FRAME_MS = 80;

/**
 * The state of the session that is shown, from its parts. Parts that come together are drawn together, at most once in
 * {@link FRAME_MS} and in an animation frame.
 */
export class BlendStore {
  #state: BlendState = INITIAL_BLEND_STATE;
  #parts: BlendPart[] = [];
  #waiting: BlendPart[] = [];
  #drawnAt = 0;
  #isPlanned = false;
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly get = (): BlendState => this.#state;

  /** All parts so far, as they are recorded. */
  get parts(): readonly BlendPart[] {
    return [...this.#parts, ...this.#waiting];
  }

  /** Number of the last part. */
  get seq(): number {
    return (this.#waiting.at(-1) ?? this.#parts.at(-1))?.seq ?? 0;
  }

  /** A part that is there already is left out: after a lost connection some come twice. */
  add(part: BlendPart): void {
    if (part.seq !== this.seq + 1) return;
    this.#waiting.push(part);
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    const waitMs = Math.max(0, this.#drawnAt + FRAME_MS - performance.now());
    // A page in the background gets no frames.
    setTimeout(() => (document.hidden ? this.#draw() : requestAnimationFrame(this.#draw)), waitMs);
  }

  /** Begins anew, with these parts. */
  reset(parts: readonly BlendPart[] = []): void {
    this.#state = INITIAL_BLEND_STATE;
    this.#parts = [];
    this.#waiting = [...parts];
    this.#draw();
  }

  readonly #draw = (): void => {
    this.#isPlanned = false;
    this.#drawnAt = performance.now();
    for (const part of this.#waiting) {
      this.#state = reduceBlend(this.#state, part);
      this.#parts.push(part);
    }
    this.#waiting = [];
    for (const listener of this.#listeners) listener();
  };
}
