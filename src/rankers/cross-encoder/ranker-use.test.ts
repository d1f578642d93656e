import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rankerUse } from './ranker-use.ts';

const labels = (...names: readonly string[]) => ({ id2label: Object.fromEntries(names.entries()) });
const both = ['{task}', '{left}[SEP]{right}'];

test('one label is a reward model, and the score of a pair where both candidates are read', () => {
  expect(rankerUse({}, undefined, 1)).toMatchObject({ better: [0], worse: [], input: { reads: 'texts' } });
  expect(rankerUse({}, { input: both }, 1)).toMatchObject({ better: [0], worse: [], input: { reads: 'pairs' } });
});

describe('several labels', () => {
  test.each([
    { config: labels('rejected', 'chosen'), file: undefined, better: [1], worse: [0], reads: 'texts' },
    { config: labels('Good', 'Bad', 'Mixed'), file: undefined, better: [0], worse: [1], reads: 'texts' },
    { config: labels('B', 'A'), file: { input: both }, better: [1], worse: [0], reads: 'pairs' },
    {
      config: labels('winner_model_a', 'winner_model_b', 'winner_tie'),
      file: { input: '{task} {left} {right}' },
      better: [0],
      worse: [1],
      reads: 'pairs',
    },
    { config: {}, file: { better: 'LABEL_1', worse: 'LABEL_0' }, better: [1], worse: [0], reads: 'texts' },
    {
      config: labels('1', '2', '3', '4', '5'),
      file: { better: ['4', '5'], worse: ['1', '2'] },
      better: [3, 4],
      worse: [0, 1],
      reads: 'texts',
    },
    {
      config: { ...labels('helpful', 'correct'), problem_type: 'regression' },
      file: { better: 'helpful' },
      better: [0],
      worse: [],
      reads: 'texts',
    },
  ])('$file says what $config leaves open', ({ config, file, better, worse, reads }) => {
    const outputs = 'id2label' in config ? Object.keys(config.id2label).length : 2;
    expect(rankerUse(config, file, outputs)).toMatchObject({ better, worse, input: { reads } });
  });

  test.each([
    [{}, undefined, 'it has the labels LABEL_0, LABEL_1, and which of them speak for'],
    [labels('POSITIVE', 'NEGATIVE'), undefined, 'Write a file ranker.json beside its config.json'],
    // Such names are about two candidates, which the default input does not read.
    [labels('a', 'b'), undefined, 'such as {"input": ["{task}", "{left}[SEP]{right}"]'],
    [labels('chosen', 'rejected'), { input: both }, 'Its ranker.json must say so.'],
    [{}, { better: 'LABEL_1' }, 'which of them speak for'],
    [{}, { better: 'LABEL_1', worse: 'LABEL_1' }, 'which of them speak for'],
    [{}, { better: 'yes', worse: 'no' }, 'names the label yes; the labels of config.json are LABEL_0, LABEL_1.'],
    [
      { ...labels('helpful', 'correct'), problem_type: 'regression' },
      { better: ['helpful', 'correct'] },
      'no alternatives (regression)',
    ],
    [{}, { better: [] }, 'its ranker.json cannot be used'],
    [{}, { prompt: '{task}' }, 'prompt'],
    [{}, { input: ['{task}', '{answer}'] }, 'asks for {answer}; known are {task}, {text}, {left} and {right}.'],
    [{}, { input: '{task} {left}' }, 'must read either {text}, or both {left} and {right}'],
    [{}, { input: ['{left} {right}', '{text}'] }, 'must read either {text}, or both'],
    [{}, { input: ['{task}', '{left}', '{right}'] }, 'its ranker.json cannot be used'],
    [{}, { max_length: 0 }, 'max_length'],
  ])('%j with %j is an error that says what to write', (config, file, message) => {
    expect(() => rankerUse(config, file, 2)).toThrow(message);
  });
});

test('every ranker.json of the guide can be used', async () => {
  const guide = await readFile(join(import.meta.dirname, '../../../docs/rankers.md'), 'utf8');
  const files = [...guide.matchAll(/```json\n([^]*?)```/g)].map(([, text = '']) => JSON.parse(text) as object);
  expect(files).toHaveLength(3);
  const arena = labels('winner_model_a', 'winner_model_b', 'winner_tie');
  expect(files.map((file, index) => rankerUse(index === 0 ? arena : {}, file, 5))).toMatchObject([
    { better: [0], worse: [1], input: { reads: 'pairs' } },
    { better: [0, 1], worse: [3, 4], input: { reads: 'pairs' }, maxTokens: 1024 },
    { better: [1], worse: [0], input: { reads: 'texts' } },
  ]);
});
