/**
 * Rate and memory of the batch engine with work that takes no time, beside bare appends with `fdatasync`:
 * `node benchmarks/batch.ts [RECORDS]`, by default 300,000.
 */
import { createWriteStream, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordFiles, runBatch } from '../src/batch/index.ts';

const records = Number(process.argv[2] ?? 300_000);
const ANSWER = 'An answer of a hundred characters. '.repeat(3);
const folder = await mkdtemp(join(tmpdir(), 'benchmark-batch-'));
const say = (text: string) => process.stdout.write(`${text}\n`);
const memory = () => `${(process.memoryUsage.rss() / 1e6).toFixed(0)} MB`;
const rate = (count: number, since: number) =>
  `${Math.round((1000 * count) / (performance.now() - since)).toLocaleString('en-US')} lines/s`;

for (const group of [1, 64, 1000]) {
  const file = openSync(join(folder, `bare-${group}`), 'w');
  const lines = `${JSON.stringify({ index: 1, key: 'record-1', output: { text: ANSWER } })}\n`.repeat(group);
  const groups = Math.min(2000, Math.ceil(records / group));
  const start = performance.now();
  for (let n = 0; n < groups; n += 1) {
    writeSync(file, lines);
    fdatasyncSync(file);
  }
  say(`append and fdatasync, ${group} at a time: ${rate(groups * group, start)}`);
}

const path = join(folder, 'in.jsonl');
const input = createWriteStream(path);
for (let n = 0; n < records; n += 1) {
  const line = JSON.stringify({ id: `record-${n}`, prompt: `Question number ${n}: what is it?` });
  if (!input.write(`${line}\n`)) await once(input, 'drain');
}
input.end();
await once(input, 'finish');

const job = join(folder, 'job');
const run = () =>
  runBatch({ job, input: recordFiles({ paths: [path], form: 'question' }), work: async () => ({ text: ANSWER }) });
say(`before: ${memory()}`);
let start = performance.now();
let done = 0;
for await (const part of run()) {
  if (part.type === 'batch-start') {
    say(`first reading: ${rate(records, start)}, ${memory()}`);
    start = performance.now();
  } else if (part.type === 'item-end' && (done += 1) % (records / 4) === 0) say(`${done} done: ${memory()}`);
}
say(`job: ${rate(records, start)}, at most ${(process.resourceUsage().maxRSS / 1000).toFixed(0)} MB`);
start = performance.now();
for await (const _ of run());
say(`resumed when complete: ${(performance.now() - start).toFixed(0)} ms`);
await rm(folder, { recursive: true });
