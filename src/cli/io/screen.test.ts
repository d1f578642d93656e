import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { StringOutput } from '../../../test/e2e/__fixtures__/cli-harness.ts';
import { openScreen } from './screen.ts';

/** More than two frames. */
const A_WHILE_MS = 250;

test('without a terminal only notes are written, cleaned, with the colours they are given', async () => {
  const stream = new StringOutput();
  {
    using screen = openScreen({ stream, live: false, draw: () => ['drawn'] });
    screen.note('one\u001B[31m');
    screen.note('two', (line) => `\u001B[1m${line}`);
    await delay(A_WHILE_MS);
  }
  expect(stream.text).toBe('one\n\u001B[1mtwo\n');
});

test('on a terminal that nothing is drawn on, notes break between words', () => {
  const stream = new StringOutput({ isTTY: true, columns: 20 });
  const errors = new StringOutput();
  const screen = openScreen({ stream, errors, live: false, draw: () => [] });
  screen.note('a note that is longer than a line 日本語の長い説明文');
  screen.error('an error that is longer than a line');
  expect(stream.text).toBe('a note that is\nlonger than a line\n日本語の長い説明文\n');
  expect(errors.text).toBe('an error that is longer than a line\n');
});

test('on a terminal the area is drawn, erased at the end, and the terminal is left as it was', async () => {
  const stream = new StringOutput({ isTTY: true });
  let frame = 0;
  const screen = openScreen({ stream, live: true, draw: () => [`frame ${(frame += 1)}`] });
  await delay(A_WHILE_MS);
  screen.note('a note');
  screen.end();
  screen.end();
  screen.note('after');
  const { text } = stream;
  expect(text.startsWith('\u001B[?7l')).toBe(true);
  expect(text).toContain('frame 1');
  expect(text).toContain('a note\n');
  expect(text.indexOf('\u001B[?7h')).toBeGreaterThan(text.lastIndexOf('frame'));
  expect(text.endsWith('after\n')).toBe(true);
  const length = stream.text.length;
  await delay(A_WHILE_MS);
  expect(stream.text.length).toBe(length);
  expect(stream.listenerCount('resize')).toBe(0);
});

test('an area never fills the last row or column', async () => {
  const stream = new StringOutput({ isTTY: true, columns: 20, rows: 6 });
  const sizes: string[] = [];
  using screen = openScreen({
    stream,
    live: true,
    draw: ({ columns, rows }) => {
      sizes.push(`${columns}x${rows}`);
      return Array.from({ length: 30 }, (_, index) => `line ${index}`);
    },
  });
  screen.note('x');
  expect(sizes).toEqual(['19x4']);
  expect(stream.text).toContain('line 3');
  expect(stream.text).not.toContain('line 4');
});

test('when the terminal becomes narrower, the lines it has broken are erased as well', () => {
  const stream = new StringOutput({ isTTY: true, columns: 80 });
  using screen = openScreen({ stream, live: true, draw: ({ columns }) => ['x'.repeat(columns), 'short'] });
  screen.note('note');
  stream.columns = 30;
  stream.text = '';
  stream.emit('resize');
  // One line of 79 columns has become three.
  expect(stream.text).toContain('\u001B[2A\r\u001B[0J');
  stream.columns = 60;
  stream.text = '';
  stream.emit('resize');
  expect(stream.text).not.toContain('\u001B[0J');
});

test('while something else is written the area is away and lines wrap', async () => {
  const stream = new StringOutput({ isTTY: true });
  using screen = openScreen({ stream, live: true, draw: () => ['drawn'] });
  screen.note('note');
  stream.text = '';
  await screen.aside(async () => {
    await delay(A_WHILE_MS);
    stream.write('data\n');
  });
  const [before = '', after = ''] = stream.text.split('data\n');
  expect(before).not.toContain('drawn');
  expect(before.endsWith('\u001B[?7h')).toBe(true);
  expect(after.startsWith('\u001B[?7l')).toBe(true);
  expect(after).toContain('drawn');
});
