import {
  closesThought,
  hasOpenMark,
  hasWholeFences,
  isClosingNamed,
  isDecidable,
  isInFence,
  isOpeningNamed,
  LOOK_AHEAD,
} from './mark-context.ts';
import {
  ANSWER_END,
  ANSWER_OPENING,
  BETWEEN,
  CLOSING,
  CLOSING_INSIDE,
  FIRST_SIGN,
  LAST_SIGN,
  MAX_MARK_LENGTH,
  OPENING,
  UNFINISHED_MARK,
  WORDED_THOUGHTS,
} from './reasoning-marks.ts';

/** Told what a model writes, as it comes. */
export interface SplitListener {
  /** A piece of the answer. */
  readonly onText?: ((delta: string) => void) | undefined;
  /** A piece of what the model thinks before it answers. */
  readonly onReasoning?: ((delta: string) => void) | undefined;
  /** What came of the answer so far was a thought: the answer begins anew. */
  readonly onRestart?: (() => void) | undefined;
}

/** Where a mark stands in a text. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** Marks that are looked at in one reply; behind them all is taken as it is, so that time stays linear. */
const MAX_MARKS = 64;
/** Most white space that is held back. */
const MAX_SPACE = 256;
/** Units by which the beginning in words of a thought is known. */
const WORDED_LENGTH = 40;

/**
 * Tells what a model thinks at the beginning of its reply from its answer, piece by piece, wherever the pieces are cut. An
 * answer is passed on at once; held back is only what may be a mark.
 */
export class ReasoningSplitter {
  readonly #listener: SplitListener;
  #text = '';
  #reasoning = '';
  #state: 'beginning' | 'thought' | 'answer' | 'over' = 'beginning';
  /** Not passed on yet. */
  #held = '';
  /** Marks have been left out, and so is the white space around them. */
  #hasMarks = false;
  /** The answer has marks of its own around it. */
  #isMarkedAnswer = false;
  #marksLeft = MAX_MARKS;

  /** White space at the end of the reasoning so far. */
  #space = '';
  #isBlockOpen = false;

  /** The thought that is open. */
  #thought = '';
  #reasoningBefore = '';
  /** A closing inside of it that belongs to an opening inside of it, it seems. */
  #innerClosing: Span | undefined;

  /** The end of the answer so far, for marks that are split over pieces. */
  #recent = '';
  #lookedUntil = 0;
  /** A closing waits for what follows it. */
  #isUndecided = false;
  /** A closing in a block of code that may never end. */
  #fencedClosing: Span | undefined;
  /** What ends a thought that began in words: null where none did, undefined before that is known. */
  #wordedEnd: RegExp | null | undefined;

  constructor(listener: SplitListener = {}) {
    this.#listener = listener;
  }

  /** The answer so far. */
  get text(): string {
    return this.#text;
  }

  /** The thoughts so far, a blank line between two; undefined where there are none. */
  get reasoning(): string | undefined {
    return this.#reasoning === '' ? undefined : this.#reasoning;
  }

  /** Takes a piece of the reply. */
  push(delta: string): void {
    if (this.#state === 'answer' && !this.#isMarkedAnswer) this.#write(delta);
    else this.#held += delta;
    if (this.#held !== '') this.#advance(false);
  }

  /** Takes a piece of what the provider itself reports as reasoning. */
  pushReasoning(delta: string): void {
    this.#think(delta);
  }

  /** A block of what the provider reports as reasoning is over. */
  endReasoning(): void {
    this.#endBlock();
  }

  /** The reply is over. */
  end(): void {
    do {
      this.#advance(true);
      if (this.#state === 'answer') this.#findClosing(true);
      const fenced = this.#fencedClosing;
      if (fenced !== undefined && hasWholeFences(this.#text.slice(fenced.end))) this.#restart(fenced);
    } while (this.#held !== '');
    if (this.#state === 'thought') this.#endThought();
  }

  #advance(isEnd: boolean): void {
    let isMoving = true;
    while (isMoving && this.#held !== '') {
      switch (this.#state) {
        case 'beginning':
          isMoving = this.#readBeginning(isEnd);
          break;
        case 'thought':
          isMoving = this.#readThought(isEnd);
          break;
        case 'answer':
          isMoving = this.#readAnswer(isEnd);
          break;
        case 'over':
          this.#held = '';
          break;
        default:
          this.#state satisfies never;
      }
    }
  }

  /** @returns false where more has to come first. */
  #readBeginning(isEnd: boolean): boolean {
    const held = this.#held.trimStart();
    const space = this.#held.length - held.length;
    if (held !== '' && !FIRST_SIGN.test(held)) return this.#beginAnswer(space);
    const opening = OPENING.exec(held)?.[0];
    const mark = opening ?? BETWEEN.exec(held)?.[0];
    if (mark !== undefined) {
      const after = held.slice(mark.length, mark.length + LOOK_AHEAD);
      if (!isEnd && !isDecidable(after)) return false;
      if (isOpeningNamed(after)) return this.#beginAnswer(space);
      this.#hasMarks = true;
      this.#isMarkedAnswer ||= ANSWER_OPENING.test(mark);
      this.#held = held.slice(mark.length);
      if (opening !== undefined) this.#beginThought();
      return true;
    }
    const isUnclear = held === '' ? space <= MAX_SPACE : UNFINISHED_MARK.test(held);
    return isUnclear && !isEnd ? false : this.#beginAnswer(space);
  }

  /** @param space length of the white space before the answer. */
  #beginAnswer(space: number): true {
    this.#state = 'answer';
    if (this.#hasMarks) this.#held = this.#held.slice(space);
    return true;
  }

  #beginThought(): void {
    this.#endBlock();
    this.#state = 'thought';
    this.#thought = '';
    this.#reasoningBefore = this.#reasoning;
    this.#innerClosing = undefined;
  }

  #readThought(isEnd: boolean): boolean {
    const held = this.#held;
    const [closing] = held.matchAll(CLOSING_INSIDE);
    if (closing === undefined) {
      this.#passThought(isEnd ? held.length : held.length - unfinishedLength(held));
      return false;
    }
    const { index, 0: mark } = closing;
    const end = index + mark.length;
    const after = held.slice(end, end + LOOK_AHEAD);
    this.#passThought(index);
    if (!isEnd && !isDecidable(after)) return false;
    this.#marksLeft -= 1;
    const isNamed = isClosingNamed(this.#thought, after);
    if (this.#marksLeft > 0 && (isNamed || hasOpenMark(this.#thought))) {
      const start = this.#thought.length;
      if (!isNamed) this.#innerClosing = { start, end: start + mark.length };
      this.#passThought(mark.length);
      return true;
    }
    this.#endBlock();
    this.#isMarkedAnswer ||= ANSWER_OPENING.test(mark);
    this.#held = held.slice(end);
    this.#state = 'beginning';
    return true;
  }

  /** Passes on so much of what is held as a part of the thought. */
  #passThought(length: number): void {
    const piece = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    this.#thought += piece;
    this.#think(piece);
  }

  /** The reply ended inside of a thought, unless a closing that seemed to belong to something in it was its end. */
  #endThought(): void {
    this.#endBlock();
    const closing = this.#innerClosing;
    if (closing === undefined) return;
    this.#reasoning = joinBlocks(this.#reasoningBefore, this.#thought.slice(0, closing.start).trim());
    this.#state = 'answer';
    this.#marksLeft = 0;
    const answer = this.#thought.slice(closing.end).trimStart();
    if (answer !== '') this.#write(answer);
  }

  #think(piece: string): void {
    const fresh = this.#space + piece;
    const begun = this.#isBlockOpen ? fresh : fresh.trimStart();
    const end = begun.trimEnd().length;
    const kept = begun.length - end > MAX_SPACE ? begun : begun.slice(0, end);
    this.#space = begun.slice(kept.length);
    if (kept === '') return;
    const delta = this.#isBlockOpen || this.#reasoning === '' ? kept : `\n\n${kept}`;
    this.#isBlockOpen = true;
    this.#reasoning += delta;
    this.#listener.onReasoning?.(delta);
  }

  #endBlock(): void {
    this.#isBlockOpen = false;
    this.#space = '';
  }

  #readAnswer(isEnd: boolean): boolean {
    const held = this.#held;
    const end = this.#isMarkedAnswer ? ANSWER_END.exec(held) : null;
    const length = end?.index ?? (isEnd || !this.#isMarkedAnswer ? held.length : held.length - unfinishedLength(held));
    this.#held = end === null ? held.slice(length) : '';
    if (end !== null) this.#state = 'over';
    if (length === 0) return false;
    this.#write(held.slice(0, length));
    return this.#state === 'beginning';
  }

  #write(piece: string): void {
    this.#text += piece;
    this.#listener.onText?.(piece);
    if (this.#marksLeft <= 0) return;
    this.#recent += piece;
    if (this.#isUndecided || this.#wordedEnd !== null || LAST_SIGN.test(piece)) this.#findClosing(false);
    if (this.#recent.length > 8 * MAX_MARK_LENGTH) this.#recent = this.#recent.slice(-2 * MAX_MARK_LENGTH);
  }

  /** Looks for a closing in what came last that makes all before it a thought. */
  #findClosing(isEnd: boolean): void {
    const offset = this.#text.length - this.#recent.length;
    const worded = this.#findWordedEnd(isEnd);
    if (worded !== undefined) {
      this.#restart({ start: offset + worded.start, end: offset + worded.end });
      return;
    }
    const from = Math.max(0, this.#lookedUntil - offset);
    for (const { index, 0: mark } of this.#recent.slice(from).matchAll(CLOSING)) {
      const start = offset + from + index;
      const span = { start, end: start + mark.length };
      const after = this.#text.slice(span.end, span.end + LOOK_AHEAD);
      this.#isUndecided = !isEnd && !isDecidable(after);
      if (this.#isUndecided) return;
      this.#lookedUntil = span.end;
      this.#marksLeft -= 1;
      const before = this.#text.slice(0, start);
      if (this.#marksLeft <= 0 || !closesThought(before, after)) continue;
      if (isInFence(before)) {
        this.#fencedClosing ??= span;
        continue;
      }
      this.#restart(span);
      return;
    }
  }

  #findWordedEnd(isEnd: boolean): Span | undefined {
    if (this.#wordedEnd === undefined) {
      if (!isEnd && this.#text.length < WORDED_LENGTH) return undefined;
      this.#wordedEnd = WORDED_THOUGHTS.find(({ begins }) => begins.test(this.#text))?.ends ?? null;
    }
    const found = this.#wordedEnd?.exec(this.#recent);
    return found == null ? undefined : { start: found.index, end: found.index + found[0].length };
  }

  /** What came so far was a thought up to a mark. */
  #restart({ start, end }: Span): void {
    const text = this.#text;
    this.#endBlock();
    this.#reasoning = joinBlocks(this.#reasoning, text.slice(0, start).trim());
    this.#hasMarks = true;
    this.#isMarkedAnswer ||= ANSWER_OPENING.test(text.slice(start, end));
    this.#text = '';
    this.#recent = '';
    this.#lookedUntil = 0;
    this.#isUndecided = false;
    this.#fencedClosing = undefined;
    this.#wordedEnd = null;
    this.#state = 'beginning';
    this.#held = text.slice(end) + this.#held;
    this.#listener.onRestart?.();
  }
}

function joinBlocks(before: string, block: string): string {
  return before === '' || block === '' ? before + block : `${before}\n\n${block}`;
}

/** Length of the end of a text that may go on to be a mark. */
function unfinishedLength(text: string): number {
  const end = text.slice(-MAX_MARK_LENGTH);
  for (const { index } of end.matchAll(/[<[◁]/g)) {
    const rest = end.slice(index);
    if (UNFINISHED_MARK.test(rest)) return rest.length;
  }
  return 0;
}

/** What {@link splitReasoning} tells apart. */
export interface SplitReply {
  /** The answer. */
  readonly text: string;
  /** What the model thought before it answered; undefined where it shows no thoughts. */
  readonly reasoning: string | undefined;
}

/**
 * Tells the answer in a model's reply from thoughts at its beginning, such as `<think>…</think>`. Answers of models that
 * this package calls are split already; this is for replies from elsewhere.
 */
export function splitReasoning(reply: string): SplitReply {
  const splitter = new ReasoningSplitter();
  splitter.push(reply);
  splitter.end();
  const { text, reasoning } = splitter;
  return { text, reasoning };
}
