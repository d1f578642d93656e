import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { isJudgement, longerIsBetter } from '../wire/gemini-judge.ts';
import { ReplayServer } from '../wire/replay-server.ts';
import { codeBlocks } from './__fixtures__/code-blocks.ts';
import { runCommand } from './__fixtures__/run-command.ts';
import { promisedLines, runSnippets } from './__fixtures__/run-snippets.ts';

const document = await readFile(join(import.meta.dirname, '../../docs/notebook.md'), 'utf8');
const blocks = codeBlocks(document, 'ts');
const [whole = '', swapped = '', ...others] = codeBlocks(document, 'sh').flatMap((block) => block.trim().split('\n'));
let printed: readonly (readonly string[])[] = [];

// All blocks run here, on a machine that may be busy.
beforeAll(async () => {
  printed = await runSnippets(blocks);
}, 600_000);

test.each(blocks.map((block, index) => ({ block, index })))('block $index prints what it says', ({ block, index }) => {
  expect(promisedLines(block).length).toBeGreaterThan(0);
  expect(printed[index]).toEqual(promisedLines(block));
});

test('the whole system by name, with the embedded model for Gemma and a server for Gemini', async () => {
  await using server = await ReplayServer.start(longerIsBetter);
  const embedded = 'local/smollm2-135m-instruct';
  const answer = await runCommand(`${whole} --model ${embedded} --samples 3 --max-tokens 40 --fuser ${embedded}`, {
    env: { GEMINI_API_KEY: 'not-a-real-key' },
    files: { 'blender.config.json': JSON.stringify({ providers: { google: { baseURL: `${server.url}/v1beta` } } }) },
  });
  expect(answer).toMatch(/\S/);
  expect(server.requests.length).toBeGreaterThanOrEqual(6);
  expect(server.requests.every(isJudgement)).toBe(true);
});

test('the same without a key', async () => {
  expect(await runCommand(swapped)).toMatch(/\S/);
});

test('there is no other command, and each fault has its place once', () => {
  expect(others).toEqual([]);
  const told = [...document.matchAll(/\((\d+)\)/g)].map(([, number]) => Number(number));
  expect(new Set(told)).toEqual(new Set(Array.from({ length: 33 }, (_, index) => index + 1)));
});
