/**
 * Records a run of `ask` in a terminal of 100 columns as docs/ask.svg. Needs tmux. Run: node scripts/record-ask.ts
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const COMMAND = 'npm start -- ask "What is the best thing about Kaggle?" --seed 3 --max-tokens 100';
const COLUMNS = 100;
const CELL = { width: 8.4, height: 19 };
const MARGIN = { left: 16, top: 44 };
const ESCAPE_SEQUENCE = new RegExp(`${String.fromCharCode(27)}\\[([\\d;]*)m`);
/** By the number of the escape sequence, 30 to 37. */
const COLOURS = ['#484f58', '#ff7b72', '#3fb950', '#d29922', '#58a6ff', '#bc8cff', '#39c5cf', '#e6edf3'];

writeFileSync(join(root, 'docs/ask.svg'), draw(record().trimEnd().split('\n')));

/** What the terminal shows when the command has ended, with escape sequences for colours. */
function record(): string {
  const tmux = (...args: string[]): string => execFileSync('tmux', ['-L', 'record-ask', ...args], { encoding: 'utf8' });
  const script = `printf '$ %s\\n' '${COMMAND}'; ${COMMAND}; tmux -L record-ask wait-for -S done; sleep 60`;
  const size = ['-x', String(COLUMNS), '-y', '60'];
  // Without npm's own lines about the script it starts.
  tmux('new-session', '-d', ...size, '-c', root, '-e', 'npm_config_loglevel=silent', script);
  try {
    tmux('wait-for', 'done');
    return tmux('capture-pane', '-p', '-e');
  } finally {
    tmux('kill-server');
  }
}

function draw(lines: readonly string[]): string {
  const width = COLUMNS * CELL.width + 2 * MARGIN.left;
  const height = lines.length * CELL.height + MARGIN.top + 12;
  let style = '';
  const texts = lines.flatMap((line, row) => {
    let column = 0;
    // Split at each escape sequence: odd pieces are its numbers, even ones the text between.
    return line.split(ESCAPE_SEQUENCE).flatMap((piece, index) => {
      if (index % 2 === 1) {
        for (const code of piece.split(';').map(Number)) style = nextStyle(style, code);
        return [];
      }
      const x = MARGIN.left + column * CELL.width;
      column += piece.length;
      if (piece.trim() === '') return [];
      const y = MARGIN.top + row * CELL.height + 13;
      const length = (piece.length * CELL.width).toFixed(1);
      return `<text x="${x.toFixed(1)}" y="${y}" textLength="${length}" style="${style}">${escapeXml(piece)}</text>`;
    });
  });
  const dots = ['#ff5f57', '#febc2e', '#28c840'].map(
    (colour, index) => `<circle cx="${20 + index * 18}" cy="20" r="6" fill="${colour}"/>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    '<style>text{font:14px ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#e6edf3;white-space:pre}</style>',
    '<rect width="100%" height="100%" rx="8" fill="#0d1117"/>',
    ...dots,
    ...texts,
    '</svg>\n',
  ].join('\n');
}

/** The style of what follows one more number of an escape sequence: 0 resets, 1 is bold, 2 is dim, 30 to 37 are colours. */
function nextStyle(style: string, code: number): string {
  if (code === 0) return '';
  if (code === 1) return `${style}font-weight:bold;`;
  if (code === 2) return `${style}opacity:.65;`;
  if (code === 39) return style.replaceAll(/fill:[^;]*;/g, '');
  const colour = COLOURS[code >= 90 ? code - 90 : code - 30];
  return colour === undefined ? style : `${style}fill:${colour};`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
