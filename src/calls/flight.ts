import type { CallWatch } from './call-scope.ts';
import type { WatchGroup } from './watch-group.ts';

/** A call that several callers wait for. It is aborted when the last of them leaves before its end. */
export class Flight<VALUE> {
  /** What the call comes to. */
  readonly value: Promise<VALUE>;
  readonly #controller = new AbortController();
  readonly #watches: WatchGroup;
  #members = 0;
  #isOver = false;

  constructor({
    watches,
    start,
    onOver,
  }: {
    /** Told by the call itself when it runs. */
    watches: WatchGroup;
    /** Starts the call; `over` is called once nothing more comes of it. */
    start: (abortSignal: AbortSignal, over: () => void) => Promise<VALUE>;
    /** Called once, at the end or when everyone has left. */
    onOver: () => void;
  }) {
    this.#watches = watches;
    const over = () => {
      if (this.#isOver) return;
      this.#isOver = true;
      onOver();
    };
    this.#abandon = (reason) => {
      over();
      this.#controller.abort(reason);
    };
    this.value = start(this.#controller.signal, over);
    this.value.catch(over);
  }

  readonly #abandon: (reason: unknown) => void;

  /** True for an answer that was made for one caller alone. */
  get isPrivate(): boolean {
    return this.#watches.isCut;
  }

  /** Waits with the others until the returned function is called. */
  join(watch: CallWatch | undefined): (reason?: unknown) => void {
    this.#members += 1;
    const forget = this.#watches.add(watch);
    let isMember = true;
    return (reason) => {
      if (!isMember) return;
      isMember = false;
      forget();
      this.#members -= 1;
      if (this.#members === 0 && !this.#isOver) this.#abandon(reason);
    };
  }
}
