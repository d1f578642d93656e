import { gzipSync, zstdCompressSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { expect, test } from 'vitest';
import { readFiles } from './__fixtures__/read-file.ts';

const ROWS = [
  { id: 'x', prompt: 'Q, "1"\né', responses: ['A', 'B'] },
  { id: 'y', prompt: 'Q2', responses: ['C', 'D'] },
];
const READ = '"x": Q, "1"\né => A | B\n"y": Q2 => C | D';
const LINES = ROWS.map((row) => JSON.stringify(row));
const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');

test.each([
  ['JSONL', 'F.jsonl', LINES.join('\n')],
  [
    'JSONL with a mark, CRLF, blank lines and comments',
    'F.jsonl',
    `\ufeff# made by hand\r\n${LINES[0]}\r\n\r\n  \r\n// more\r\n${LINES[1]}\r\n`,
  ],
  ['JSONL in UTF-16', 'F.jsonl', utf16(LINES.join('\r\n'))],
  ['JSONL in UTF-16 without a mark', 'F.jsonl', Buffer.from(LINES.join('\n'), 'utf16le')],
  ['JSONL in big-endian UTF-16', 'F.jsonl', utf16(LINES.join('\n')).swap16()],
  ['JSONL called .json', 'F.json', LINES.join('\n')],
  ['JSONL called .csv', 'F.csv', LINES.join('\n')],
  ['a list', 'F.json', JSON.stringify(ROWS)],
  ['a list with a mark', 'F.json', `\ufeff${JSON.stringify(ROWS)}`],
  ['an indented list', 'F.json', JSON.stringify(ROWS, null, 2)],
  ['an indented list with CRLF', 'F.json', JSON.stringify(ROWS, null, 4).replaceAll('\n', '\r\n')],
  ['a list with a row on each line', 'F.json', `[\n${LINES.join(',\n')}\n]\n`],
  ['a list called .jsonl', 'F.jsonl', JSON.stringify(ROWS, null, 2)],
  ['a list from stdin', 'stdin', JSON.stringify(ROWS)],
  [
    'objects one after another, as jq prints them',
    'F.json',
    ROWS.map((row) => JSON.stringify(row, null, 2)).join('\n'),
  ],
  ['a list in an object', 'F.json', JSON.stringify({ version: { major: 1 }, data: ROWS, count: 2 })],
  ['an indented list in an object', 'F.json', JSON.stringify({ meta: { rows: 1 }, rows: ROWS }, null, 2)],
  ['a list under any name', 'F.json', JSON.stringify({ name: 'n', my_rows: ROWS }, null, 2)],
  ['two lists in an object', 'F.json', JSON.stringify({ train: [ROWS[0]], test: [ROWS[1]] }, null, 1)],
  [
    'a table by columns',
    'F.json',
    JSON.stringify({
      id: { 0: 'x', 1: 'y' },
      prompt: { 0: ROWS[0]?.prompt, 1: 'Q2' },
      responses: { 0: ['A', 'B'], 1: ['C', 'D'] },
    }),
  ],
  [
    'a table by columns of lists',
    'F.json',
    JSON.stringify({
      id: ['x', 'y'],
      prompt: ROWS.map(({ prompt }) => prompt),
      responses: ROWS.map(({ responses }) => responses),
    }),
  ],
  [
    'columns and data',
    'F.json',
    JSON.stringify({
      columns: ['id', 'prompt', 'responses'],
      index: [0, 1],
      data: ROWS.map((row) => Object.values(row)),
    }),
  ],
  [
    'records by their ids',
    'F.json',
    JSON.stringify(Object.fromEntries(ROWS.map(({ id, ...row }) => [id, row])), null, 2),
  ],
  ['gzip', 'F.jsonl.gz', gzipSync(LINES.join('\n'))],
  [
    'gzip without its name, in two members',
    'F.jsonl',
    Buffer.concat([gzipSync(`${LINES[0]}\n`), gzipSync(LINES[1] ?? '')]),
  ],
  ['a name of gzip without gzip', 'F.json.gz', JSON.stringify(ROWS)],
  ['zstd', 'F.json.zst', zstdCompressSync(JSON.stringify(ROWS))],
  ['UTF-16 in gzip from stdin', 'stdin', gzipSync(utf16(LINES.join('\n')))],
  ['CSV', 'F.csv', 'id,prompt,response_a,response_b\nx,"Q, ""1""\né",A,B\ny,Q2,C,D\n'],
  [
    'CSV of Excel with ; and a mark',
    'F.csv',
    '\ufeffid;prompt;response_a;response_b\r\nx;"Q, ""1""\né";A;B\r\ny;Q2;C;D\r\n;;;\r\n',
  ],
  ['CSV with sep=', 'F.csv', 'sep=;\r\nid;prompt;response_a;response_b\r\nx;"Q, ""1""\né";A;B\r\ny;Q2;C;D\r\n'],
  ['CSV called .jsonl', 'F.jsonl', '"id","prompt","response_a","response_b"\nx,"Q, ""1""\né",A,B\ny,Q2,C,D'],
  ['CSV with a list in JSON', 'F.csv', 'id,prompt,responses\nx,"Q, ""1""\né","[""A"", ""B""]"\ny,Q2,"[""C"",""D""]"\n'],
  ['CSV with a list of Python', 'F.csv', `id,prompt,candidates\nx,"Q, ""1""\né","['A', ""B""]"\ny,Q2,"['C', 'D']"\n`],
  [
    'CSV with blanks before the quotes',
    'F.csv',
    'id, prompt, response_a, response_b\nx, "Q, ""1""\né", "A", B\ny, Q2, "C", D\n',
  ],
  ['TSV', 'F.tsv', 'id\tprompt\toutput_1\toutput_2\nx\t"Q, ""1""\né"\tA\tB\ny\tQ2\tC\tD\n'],
  [
    'Unicode text of Excel',
    'F.txt',
    utf16('id\tprompt\toutput_1\toutput_2\r\nx\t"Q, ""1""\né"\tA\tB\r\ny\tQ2\tC\tD\r\n'),
  ],
  ['CSV with comments above', 'F.csv', '# exported\nid|prompt|output_1|output_2\nx|"Q, ""1""\né"|A|B\ny|Q2|C|D\n'],
  ['CSV in gzip', 'F.csv.gz', gzipSync('id,prompt,answer 1,answer 2,answer 3\nx,"Q, ""1""\né",A,B,\ny,Q2,C,D\n')],
  [
    'Parquet',
    'F.parquet',
    new Uint8Array(
      parquetWriteBuffer({
        columnData: [
          { name: 'id', data: ['x', 'y'], type: 'STRING' },
          { name: 'prompt', data: ROWS.map(({ prompt }) => prompt), type: 'STRING' },
          { name: 'responses', data: ROWS.map(({ responses }) => responses), type: 'JSON' },
        ],
      }),
    ),
  ],
])('%s', async (_, name, content) => {
  expect(await readFiles([[name, content]])).toBe(READ);
});
