import stringWidth from 'string-width';
import { createLogUpdate } from 'log-update';
import { cleanText, wrapText } from '../render/text.ts';
import type { OutputStream } from './output.ts';
import { lineColumns, terminalSize } from './terminal.ts';

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
  /** The same for an error, which `--quiet` does not silence. */
  error(text: string, paint?: (line: string) => string): void;
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
 * @param options.errors where errors go. Default: the stream.
 */
export function openScreen(options: {
  stream: OutputStream;
  live: boolean;
  draw: (size: DrawSize) => readonly string[];
  errors?: OutputStream;
}): Screen {
  const { stream, live, draw, errors = stream } = options;
  return live ? openLiveScreen(stream, draw) : openPlainScreen({ stderr: stream, errors });
}

/** A screen on which nothing is drawn: notes and errors, one below the other. */
export function openPlainScreen({ stderr, errors }: { stderr: OutputStream; errors: OutputStream }): Screen {
  const writer =
    (stream: OutputStream): Screen['note'] =>
    (text, paint = (line) => line) => {
      if (text !== undefined) stream.write(`${noteLines(text, stream).map(paint).join('\n')}\n`);
    };
  return {
    live: false,
    note: writer(stderr),
    error: writer(errors),
    aside: (write) => write(),
    end: () => {},
    [Symbol.dispose]: () => {},
  };
}

/** A text safe to show, broken between words where it is shown on a terminal. */
function noteLines(text: string, stream: OutputStream): readonly string[] {
  return stream.isTTY === true ? wrapText(cleanText(text), lineColumns(stream)) : cleanText(text).split('\n');
}

function openLiveScreen(stream: OutputStream, draw: (size: DrawSize) => readonly string[]): Screen {
  const update = createLogUpdate(stream);
  let shown: readonly string[] = [];
  let { columns: shownColumns } = terminalSize(stream);
  let isAside = false;
  let isOver = false;
  stream.write(WRAP_OFF);
  stream.on('resize', onResize);
  const timer = setInterval(frame, FRAME_MS);
  return {
    live: true,
    note,
    error: note,
    async aside(write) {
      if (isOver) return write();
      erase();
      // A long line is to be seen as a whole.
      stream.write(WRAP_ON);
      isAside = true;
      try {
        await write();
      } finally {
        isAside = false;
        if (!isOver) {
          stream.write(WRAP_OFF);
          frame();
        }
      }
    },
    end,
    [Symbol.dispose]: end,
  };

  function note(text: string | undefined, paint = (line: string) => line): void {
    if (text === undefined) return;
    const lines = noteLines(text, stream).map(paint).join('\n');
    if (isOver) stream.write(`${lines}\n`);
    else {
      update.persist(lines);
      shown = [];
      frame();
    }
  }

  function end(): void {
    if (isOver) return;
    isOver = true;
    clearInterval(timer);
    stream.removeListener('resize', onResize);
    erase();
    update.done();
    stream.write(WRAP_ON);
  }

  function erase(): void {
    update.clear();
    shown = [];
  }

  function frame(): void {
    if (isAside) return;
    const { columns, rows } = terminalSize(stream);
    // The last column and row stay free: filling them makes terminals scroll.
    const lines = draw({ columns: columns - 1, rows: rows - 2 }).slice(0, rows - 2);
    shownColumns = columns;
    if (lines.length === 0) erase();
    else update(lines.join('\n'));
    shown = lines;
  }

  /**
   * A terminal that became narrower has broken the lines we wrote, so there are more of them than log-update knows.
   * The surplus is erased here, before the area is drawn again.
   */
  function onResize(): void {
    const { columns } = terminalSize(stream);
    const surplus =
      columns < shownColumns
        ? shown.reduce((sum, line) => sum + Math.max(0, Math.ceil(stringWidth(line) / columns) - 1), 0)
        : 0;
    update.clear();
    if (surplus > 0) stream.write(`\u001B[${surplus}A\r${ERASE_BELOW}`);
    frame();
  }
}
