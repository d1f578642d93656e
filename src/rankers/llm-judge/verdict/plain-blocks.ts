/** An intro such as "Candidate B contains:" says that the block behind it is not the judge's own. */
const REPORTS =
  /\b(?:contain|contains|contained|say|says|said|writes?|wrote|reads?|states?|claims?|includes?|quotes?|quoted|tries|asks?|inject\w*|instruct\w*|attempts?|tells?|ends with|begins with|starts with)\b|\b(?:candidate|response|answer|output|assistant|model)\s*[-#[(]*[A-Z\d][\])]*\s*(?:'s [\w ]+)?:\s*$/i;

/** "Candidate B says:", and the words in the next line. */
const ANNOUNCES =
  /\b(?:contains|says|writes|wrote|reads|states|claims|includes|ends with|begins with|starts with)\s*:\s*$/i;

/** Without blocks of code and quotations that are introduced as somebody else's words. Other blocks lose their marks. */
export function withoutQuotations(text: string): string {
  const kept: string[] = [];
  let intro = '';
  let fence: { readonly mark: string; readonly quoted: boolean } | undefined;
  let quoting: boolean | undefined;
  for (const line of text.split('\n')) {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence !== undefined) {
      if (mark !== undefined && mark.startsWith(fence.mark) && /^\s*[`~]+\s*$/.test(line)) {
        fence = undefined;
        intro = '';
      } else if (!fence.quoted) kept.push(line);
      continue;
    }
    if (mark !== undefined) {
      fence = { mark, quoted: REPORTS.test(intro) };
      continue;
    }
    if (/^\s*>/.test(line)) {
      quoting ??= REPORTS.test(intro);
      if (!quoting) kept.push(line);
      continue;
    }
    if (quoting !== undefined) intro = '';
    quoting = undefined;
    if (line.trim() !== '') {
      const reported = ANNOUNCES.test(intro) && !/\b(?:I|my|verdict)\b/i.test(intro);
      intro = line.slice(-MAX_INTRO);
      if (reported) continue;
    }
    kept.push(line);
  }
  return kept.join('\n');
}

/** Most of a line that is read as an intro, in UTF-16 units. */
const MAX_INTRO = 300;

/** The rows of Markdown tables as lines: the header before each cell, "Response A: Score: 9". */
export function withoutTables(text: string): string {
  const lines = text.split('\n');
  const kept: string[] = [];
  let header: readonly string[] | undefined;
  for (const [index, line] of lines.entries()) {
    const cells = cellsOf(line);
    if (cells === undefined) {
      header = undefined;
      kept.push(line);
    } else if (header === undefined) {
      if (isRule(lines[index + 1])) header = cells;
      else kept.push(line);
    } else if (!isRule(line)) kept.push(readRow(header, cells));
  }
  return kept.join('\n');
}

function cellsOf(line: string): readonly string[] | undefined {
  const bare = line.trim();
  if (!bare.startsWith('|') || bare.length < 2) return undefined;
  return bare
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => cell.replace(/[*_`]+/g, '').trim());
}

function isRule(line: string | undefined): boolean {
  return line !== undefined && /^\s*\|[\s:|-]+$/.test(line) && line.includes('-');
}

function readRow(header: readonly string[], [first = '', ...others]: readonly string[]): string {
  const named = others.map((cell, index) => {
    const name = header[index + 1] ?? '';
    // "Candidate 2" is one name.
    if (/^(?:candidate|response|answer|assistant|model|output|option)$/i.test(name) && /^\[?\w{1,3}\]?$/.test(cell))
      return `${name} ${cell}`;
    return name !== '' && cell.toLowerCase().startsWith(name.toLowerCase()) ? cell : `${name}: ${cell}`;
  });
  return `${header[0] ?? ''} ${first}: ${named.join(', ')}`.trim();
}
