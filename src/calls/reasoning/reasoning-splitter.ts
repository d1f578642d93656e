import {
  closesThought,
  hasOpenMark,
  hasWholeFences,
  isClosingNamed,
  isDecidable,
  isInFence,
  isInSentence,
  isOpeningNamed,
  LOOK_AHEAD,
} from './mark-context.ts';
import {
  ANSWER_END,
  ANSWER_OPENING,
  ANY_SIGN,
  BETWEEN,
  CLOSING,
  CLOSING_INSIDE,
  FIRST_SIGN,
  MAX_MARK_LENGTH,
  OPENING,
  UNFINISHED_CLOSING,
  UNFINISHED_MARK,
  WORDED_START,
  WORDED_THOUGHTS,
} from '../../spec/reasoning-marks.ts';

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
  /** A closing inside of it that seems to belong to something inside of it. */
  #innerClosing: Span | undefined;

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
    if (this.#state === 'answer' && this.#held === '' && this.#wordedEnd === null && !ANY_SIGN.test(delta)) {
      this.#write(delta);
      return;
    }
    this.#held += delta;
    this.#advance(false);
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
    this.#advance(true);
    const fenced = this.#fencedClosing;
    if (fenced !== undefined && hasWholeFences(this.#text.slice(fenced.end))) {
      this.#restart(fenced);
      this.#advance(true);
    }
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
    if (!WORDED_START.test(this.#held)) this.#wordedEnd = null;
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
      this.#passThought(isEnd ? held.length : held.length - unfinishedLength(held, UNFINISHED_MARK));
      return false;
    }
    const { index, 0: mark } = closing;
    const end = index + mark.length;
    const after = held.slice(end, end + LOOK_AHEAD);
    this.#passThought(index);
    if (!isEnd && !isDecidable(after)) return false;
    this.#marksLeft -= 1;
    const thought = this.#thought;
    const isNamed = isClosingNamed(thought, after);
    if (this.#marksLeft > 0 && (isNamed || isInSentence(thought, after) || hasOpenMark(thought))) {
      if (!isNamed) this.#innerClosing = { start: thought.length, end: thought.length + mark.length };
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
    if (this.#isMarkedAnswer) return this.#readMarkedAnswer(isEnd);
    const worded = this.#findWordedEnd(isEnd);
    if (worded !== undefined) return this.#restart(worded);
    const held = this.#held;
    for (const { index, 0: mark } of held.matchAll(CLOSING)) {
      if (this.#marksLeft <= 0) break;
      const end = index + mark.length;
      const after = held.slice(end, end + LOOK_AHEAD);
      if (!isEnd && !isDecidable(after)) return this.#passAnswer(index);
      this.#marksLeft -= 1;
      const before = this.#text + held.slice(0, index);
      if (!closesThought(before, after)) continue;
      const span = { start: before.length, end: before.length + mark.length };
      if (!isInFence(before)) return this.#restart(span);
      this.#fencedClosing ??= span;
    }
    const isWatching = !isEnd && this.#marksLeft > 0;
    return this.#passAnswer(held.length - (isWatching ? unfinishedLength(held, UNFINISHED_CLOSING) : 0));
  }

  /** An answer with marks of its own around it ends with the second of them. */
  #readMarkedAnswer(isEnd: boolean): boolean {
    const held = this.#held;
    const end = ANSWER_END.exec(held)?.index;
    this.#passAnswer(end ?? held.length - (isEnd ? 0 : unfinishedLength(held, UNFINISHED_MARK)));
    if (end !== undefined) this.#state = 'over';
    return end !== undefined;
  }

  /** Passes on so much of what is held as a part of the answer. The rest has to wait. */
  #passAnswer(length: number): false {
    const piece = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    if (piece !== '') this.#write(piece);
    return false;
  }

  #write(piece: string): void {
    this.#text += piece;
    this.#listener.onText?.(piece);
  }

  /** The end of a thought that began in words, where the text with what is held has it. */
  #findWordedEnd(isEnd: boolean): Span | undefined {
    if (this.#wordedEnd === undefined) {
      const begun = this.#text + this.#held;
      const isKnown = isEnd || begun.length >= WORDED_LENGTH;
      this.#wordedEnd = WORDED_THOUGHTS.find(({ begins }) => begins.test(begun))?.ends ?? (isKnown ? null : undefined);
    }
    if (this.#wordedEnd == null) return undefined;
    const from = Math.max(0, this.#text.length - WORDED_LENGTH);
    const found = this.#wordedEnd.exec(this.#text.slice(from) + this.#held);
    if (found === null) return undefined;
    return { start: from + found.index, end: from + found.index + found[0].length };
  }

  /** What came so far was a thought, up to a mark somewhere in it and in what is held. */
  #restart({ start, end }: Span): true {
    const whole = this.#text + this.#held;
    this.#passAnswer(Math.max(0, start - this.#text.length));
    this.#endBlock();
    this.#reasoning = joinBlocks(this.#reasoning, whole.slice(0, start).trim());
    this.#hasMarks = true;
    this.#isMarkedAnswer = ANSWER_OPENING.test(whole.slice(start, end));
    this.#text = '';
    this.#fencedClosing = undefined;
    this.#wordedEnd = null;
    this.#state = 'beginning';
    this.#held = whole.slice(end);
    this.#listener.onRestart?.();
    return true;
  }
}

function joinBlocks(before: string, block: string): string {
  return before === '' || block === '' ? before + block : `${before}\n\n${block}`;
}

/** Length of the end of a text that may go on to be a mark. */
function unfinishedLength(text: string, unfinished: RegExp): number {
  const end = text.slice(-MAX_MARK_LENGTH);
  for (let index = end.search(ANY_SIGN); index !== -1 && index < end.length; index += 1) {
    const rest = end.slice(index);
    if (ANY_SIGN.test(rest.charAt(0)) && unfinished.test(rest)) return rest.length;
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
 *
 * @example
 * const { text, reasoning } = splitReasoning('<think>A prime?</think>7');
 */
export function splitReasoning(reply: string): SplitReply {
  const splitter = new ReasoningSplitter();
  splitter.push(reply);
  splitter.end();
  const { text, reasoning } = splitter;
  return { text, reasoning };
}
