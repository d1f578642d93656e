import stringWidth from 'string-width';
import { createLogUpdate } from 'log-update';
import { cleanText, wrapText } from '../render/text.ts';
import type { OutputStream } from './output.ts';
import { terminalSize } from './terminal.ts';

/** Size of what may be drawn: every line fits into `columns`. */
export interface DrawSize {
  readonly columns: number;
  readonly rows: number;
}

/** Where a command shows how far it is. */
export interface Screen extends Disposable {
  /** True where `draw` is used. */
  readonly live: boolean;
  /** Shows a text that stays, safe to show whatever it holds; undefined is none. `paint` colours a line, on a terminal. */
  note(text: string | undefined, paint?: (line: string) => string): void;
  /** Takes the drawn area away while something else is written to the same terminal. */
  aside(write: () => Promise<void>): Promise<void>;
  /** Takes the drawn area away for good. Notes go on. */
  end(): void;
}

/** How often the area is drawn again, in milliseconds: fluent to the eye and cheap. */
const FRAME_MS = 100;

/** No line may wrap: a terminal may take a character for wider than we do, and a wrapped line would not be erased. */
const WRAP_OFF = '\u001B[?7l';
const WRAP_ON = '\u001B[?7h';
const ERASE_BELOW = '\u001B[0J';

/** Restores the terminal, whatever was drawn. */
export const RESTORE_TERMINAL = `${WRAP_ON}\u001B[?25h`;

/**
 * Opens the screen of a command. Without a terminal only the notes are written, one below the other.
 *
 * @param options.draw the area as it is now: lines that fit, without line ends.
 */
export function openScreen({
  stream,
  live,
  draw,
}: {
  stream: OutputStream;
  live: boolean;
  draw: (size: DrawSize) => readonly string[];
}): Screen {
  if (live) return new LiveScreen(stream, draw);
  return {
    live,
    note: (text) => {
      if (text !== undefined) stream.write(`${cleanText(text)}\n`);
    },
    aside: (write) => write(),
    end: () => {},
    [Symbol.dispose]: () => {},
  };
}

class LiveScreen implements Screen {
  readonly live = true;
  readonly #stream: OutputStream;
  readonly #draw: (size: DrawSize) => readonly string[];
  readonly #update: ReturnType<typeof createLogUpdate>;
  readonly #timer: NodeJS.Timeout;
  #shown: readonly string[] = [];
  #columns: number;
  #aside = false;
  #ended = false;

  constructor(stream: OutputStream, draw: (size: DrawSize) => readonly string[]) {
    this.#stream = stream;
    this.#draw = draw;
    this.#update = createLogUpdate(stream);
    this.#columns = terminalSize(stream).columns;
    stream.write(WRAP_OFF);
    stream.on('resize', this.#onResize);
    this.#timer = setInterval(() => this.#frame(), FRAME_MS);
  }

  note(text: string | undefined, paint = (line: string) => line): void {
    if (text === undefined) return;
    const lines = wrapText(cleanText(text), terminalSize(this.#stream).columns - 1)
      .map(paint)
      .join('\n');
    if (this.#ended) this.#stream.write(`${lines}\n`);
    else {
      this.#update.persist(lines);
      this.#shown = [];
      this.#frame();
    }
  }

  async aside(write: () => Promise<void>): Promise<void> {
    if (this.#ended) return write();
    this.#erase();
    // A long line is to be seen as a whole.
    this.#stream.write(WRAP_ON);
    this.#aside = true;
    try {
      await write();
    } finally {
      this.#aside = false;
      if (!this.#ended) {
        this.#stream.write(WRAP_OFF);
        this.#frame();
      }
    }
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#timer);
    this.#stream.removeListener('resize', this.#onResize);
    this.#erase();
    this.#update.done();
    this.#stream.write(WRAP_ON);
  }

  [Symbol.dispose](): void {
    this.end();
  }

  #erase(): void {
    this.#update.clear();
    this.#shown = [];
  }

  #frame(): void {
    if (this.#aside) return;
    const { columns, rows } = terminalSize(this.#stream);
    // The last column and row stay free: filling them makes terminals scroll.
    const lines = this.#draw({ columns: columns - 1, rows: rows - 2 }).slice(0, rows - 2);
    this.#columns = columns;
    if (lines.length === 0) this.#erase();
    else this.#update(lines.join('\n'));
    this.#shown = lines;
  }

  /**
   * A terminal that became narrower has broken the lines we wrote, so there are more of them than log-update knows.
   * The surplus is erased here, before the area is drawn again.
   */
  readonly #onResize = (): void => {
    const { columns } = terminalSize(this.#stream);
    const surplus =
      columns < this.#columns
        ? this.#shown.reduce((sum, line) => sum + Math.max(0, Math.ceil(stringWidth(line) / columns) - 1), 0)
        : 0;
    this.#update.clear();
    if (surplus > 0) this.#stream.write(`\u001B[${surplus}A\r${ERASE_BELOW}`);
    this.#frame();
  };
}
