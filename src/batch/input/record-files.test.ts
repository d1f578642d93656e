import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { startFakeHub } from '../../weights/__fixtures__/fake-hub.ts';
import { temporaryFolder } from '../../weights/__fixtures__/temporary-folder.ts';
import type { InputItem } from './batch-input.ts';
import { recordFiles, type RecordFilesOptions } from './record-files.ts';

const LINES = Array.from({ length: 40 }, (_, n) =>
  n % 7 === 3 ? `{"prompt": "no id ${n} é"}` : `{"id": "r${n}", "prompt": "Question ${n} 🎉"}`,
);
/** With all that JSONL may have between its records. */
const MIXED = LINES.flatMap((line, n) =>
  n % 5 === 0 ? ['', '# a comment', line] : n % 11 === 0 ? ['{"broken": ', line] : [`${line}\r`],
);
const BROKEN_LATE = [...LINES, ...Array.from({ length: 30 }, (_, n) => `not json, ${n}`), ...LINES.slice(0, 3)];

const comparable = (item: InputItem<unknown>) => ({
  ...item,
  position: undefined,
  error: 'error' in item && String(item.error),
});

async function collect<ITEM>(items: AsyncIterable<ITEM>): Promise<ITEM[]> {
  const collected: ITEM[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** Reads all, and once more from each position. @returns how many positions there are. */
async function expectSameFromEverywhere(options: RecordFilesOptions): Promise<number> {
  const input = recordFiles({ form: 'question', ...options });
  const items = await collect(input.read());
  expect(items.map(({ index }) => index)).toEqual(items.map((_, index) => index));
  let positions = 0;
  for (const { index, position } of items) {
    if (position === undefined) continue;
    positions += 1;
    const rest = await collect(input.read({ index, position }));
    expect(rest.map(comparable), `from ${index}`).toEqual(items.slice(index).map(comparable));
  }
  return positions;
}

test('JSONL is read from any record on, with the same numbers, ids and errors', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'in.jsonl');
  const second = join(folder.path, 'second.jsonl');
  await writeFile(second, LINES.slice(0, 9).join('\n'));
  for (const text of [
    `${LINES.join('\n')}\n`,
    LINES.join('\n'),
    `\uFEFF${MIXED.join('\n')}`,
    MIXED.join('\n'),
    `${BROKEN_LATE.join('\n')}\n`,
    `\n\n${LINES.join('\n\n\n')}\n\n`,
  ]) {
    await writeFile(path, text);
    const alone = await expectSameFromEverywhere({ paths: [path] });
    expect(alone).toBeGreaterThanOrEqual(40);
    if (text.endsWith('\n')) {
      expect(await expectSameFromEverywhere({ paths: [path, second] })).toBe(alone + 9);
      expect(await expectSameFromEverywhere({ paths: [second, path] })).toBe(alone + 9);
    }
  }
});

test('what cannot be read from the middle says so', async () => {
  await using folder = await temporaryFolder();
  const text = `${LINES.join('\n')}\n`;
  const csv = `id,prompt\n${LINES.map((_, n) => `r${n},"Question ${n}\nin two lines"`).join('\n')}\n`;
  const list = JSON.stringify(LINES.map((line) => JSON.parse(line) as unknown));
  const files: Readonly<Record<string, string | Uint8Array>> = {
    'in.jsonl.gz': gzipSync(text),
    'in.jsonl.zst': zstdCompressSync(text),
    'in.csv': csv,
    'in.json': list,
    'utf16.jsonl': Buffer.from(`\uFEFF${text}`, 'utf16le'),
  };
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder.path, name);
    await writeFile(path, content);
    const items = await collect(recordFiles({ paths: [path], form: 'question' }).read());
    expect(items, name).toHaveLength(40);
    expect(
      items.slice(1).filter(({ position }) => position !== undefined),
      name,
    ).toEqual([]);
  }
});

test('a fingerprint does not depend on names, places and times', async () => {
  await using folder = await temporaryFolder();
  const cache = join(folder.path, 'cache');
  const [first, second] = [join(folder.path, 'a.jsonl'), join(folder.path, 'b.jsonl')];
  await writeFile(first, 'x\n');
  await writeFile(second, 'x\n');
  const of = (path: string) => recordFiles({ paths: [path] }).fingerprint(cache);
  expect(await of(first)).toEqual(await of(second));
  const before = await of(first);
  await writeFile(first, 'y\n');
  expect(await of(first)).not.toEqual(before);
});

test('an input that is another one, or changes, is refused without reading it', async () => {
  await using folder = await temporaryFolder();
  const paths = [join(folder.path, 'a.jsonl'), join(folder.path, 'b.jsonl')];
  const [, second = ''] = paths;
  for (const path of paths) await writeFile(path, 'one\n');
  const known = await recordFiles({ paths }).fingerprint(join(folder.path, 'cache.json'));
  const input = recordFiles({ paths });
  await input.check?.(known);
  await input.check?.(known);
  await utimes(second, 1, 2);
  await expect(input.check?.(known)).rejects.toThrow('it was changed while the job ran');
  await writeFile(second, 'three\n');
  await expect(recordFiles({ paths }).check?.(known)).rejects.toThrow('it has 10 bytes, and had 8');
  // Nobody says what it should be.
  await input.check?.();
});

test('a file on Hugging Face is read from any record on, and known by what the hub calls its content', async () => {
  await using folder = await temporaryFolder();
  const filler = 'x'.repeat(3000);
  const long = LINES.map((line) => line.replace('Question', `Question ${filler}`));
  const content = Buffer.from(`${long.join('\n')}\n`);
  await using hub = await startFakeHub(content);
  const options = { paths: ['hf://datasets/o/n/in.jsonl'], env: { HF_ENDPOINT: hub.url, HF_HOME: folder.path } };
  expect(await expectSameFromEverywhere(options)).toBe(40);

  const cache = join(folder.path, 'cache.json');
  const input = recordFiles({ ...options, form: 'question' });
  const before = await input.fingerprint(cache);
  expect(before).toMatchObject({ bytes: content.length });
  hub.fileRequests.length = 0;
  expect(await recordFiles(options).fingerprint(cache)).toEqual(before);
  // Nothing is read for it, and of the content only what comes behind the position.
  expect(hub.fileRequests).toEqual([]);
  const [, , , fourth] = await collect(input.read());
  hub.fileRequests.length = 0;
  if (fourth?.position === undefined) throw new Error('JSONL has positions');
  await collect(input.read({ index: 3, position: fourth.position }));
  const starts = hub.fileRequests.map(({ range }) => Number(/=(\d+)/.exec(range ?? '')?.[1]));
  expect(Math.min(...starts)).toBe((fourth.position['offset'] ?? 0) - 1);
  hub.linkedSha256 = 'd'.repeat(64);
  expect(await recordFiles(options).fingerprint(cache)).not.toEqual(before);
});
