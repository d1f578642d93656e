import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { recordBlend, streamBlend } from '../../src/index.ts';
import { FakeLanguageModel } from '../../src/test/index.ts';
import { codeBlocks } from './__fixtures__/code-blocks.ts';
import { runCommand } from './__fixtures__/run-command.ts';
import { promisedLines, runSnippets } from './__fixtures__/run-snippets.ts';

/** What `replay` plays. */
async function recording(): Promise<string> {
  const models = [new FakeLanguageModel({ answer: 'Blue.' })];
  let text = '';
  for await (const line of recordBlend(streamBlend({ prompt: 'Name a colour.', models }))) text += line;
  return text;
}

describe.each(['fusing', 'sessions'])('docs/%s.md', async (name) => {
  const document = await readFile(join(import.meta.dirname, `../../docs/${name}.md`), 'utf8');
  const blocks = codeBlocks(document, 'ts');
  let printed: readonly (readonly string[])[] = [];

  // All blocks run here, on a machine that may be busy.
  beforeAll(async () => {
    printed = await runSnippets(blocks);
  }, 600_000);

  test.each(blocks.map((block, index) => ({ block, index })))(
    'block $index prints what it says',
    ({ block, index }) => {
      expect(promisedLines(block).length).toBeGreaterThan(0);
      expect(printed[index]).toEqual(promisedLines(block));
    },
  );

  const commands = codeBlocks(document, 'sh').flatMap((block) => block.trim().split('\n'));

  test.each(commands)('%s', async (command) => {
    expect(await runCommand(command, { files: { 'blend.jsonl': await recording() } })).toMatch(/\S/);
  });
});
