import { expect, test } from 'vitest';
import { StringOutput } from '../../../test/e2e/__fixtures__/cli-harness.ts';
import { colorsFor, isLive, lineColumns } from './terminal.ts';

const terminal = new StringOutput({ isTTY: true, columns: 80 });
const pipe = new StringOutput();

test.each([
  [terminal, {}, true],
  [pipe, {}, false],
  [terminal, { TERM: 'dumb' }, false],
  [terminal, { CI: 'true' }, true],
  [terminal, { NO_COLOR: '1' }, false],
  [terminal, { NO_COLOR: '0' }, false],
  [terminal, { NO_COLOR: '' }, true],
  [pipe, { FORCE_COLOR: '1' }, true],
  [pipe, { FORCE_COLOR: 'true', CI: 'true' }, true],
  [pipe, { FORCE_COLOR: '' }, false],
  [terminal, { FORCE_COLOR: '0' }, false],
  [terminal, { FORCE_COLOR: 'false' }, false],
  [terminal, { FORCE_COLOR: '1', TERM: 'dumb' }, true],
  [pipe, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
] as const)('colours, case %#: %o with %j: %s', (stream, env, expected) => {
  expect(colorsFor(stream, env).isColorSupported).toBe(expected);
  expect(colorsFor(stream, env).red('x') !== 'x').toBe(expected);
});

test.each([
  [terminal, {}, true],
  [terminal, { CI: 'false' }, true],
  [terminal, { CI: 'true' }, false],
  [terminal, { TERM: 'dumb' }, false],
  [pipe, { FORCE_COLOR: '1' }, false],
] as const)('drawing, case %#: %o with %j: %s', (stream, env, expected) => {
  expect(isLive(stream, env)).toBe(expected);
});

test('lines fit a terminal, and have a width of their own elsewhere', () => {
  expect([lineColumns(terminal), lineColumns(pipe)]).toEqual([79, 100]);
});
