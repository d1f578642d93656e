import { expect, test } from 'vitest';
import { formatDatasetReference, isHubPath, parseDatasetReference } from './dataset-reference.ts';

const of = (revision: string, file: string) => ({ repo: 'o/n', revision, file });

test.each([
  ['hf://datasets/o/n/data/train.parquet', of('main', 'data/train.parquet')],
  ['hf://datasets/o/n/a.jsonl', of('main', 'a.jsonl')],
  ['hf://datasets/o/n@v1.0/a.jsonl.gz', of('v1.0', 'a.jsonl.gz')],
  [
    'hf://datasets/o/n@refs/convert/parquet/default/train/0000.parquet',
    of('refs/convert/parquet', 'default/train/0000.parquet'),
  ],
  ['hf://datasets/o/n@refs%2Fpr%2F1/a.csv', of('refs/pr/1', 'a.csv')],
  ['hf://datasets/o/n@refs/pr/12/a.csv', of('refs/pr/12', 'a.csv')],
  ['hf://datasets/o/n@~parquet/default/train/*.parquet', of('refs/convert/parquet', 'default/train/*.parquet')],
  ['hf://datasets/o/n/with space/ü@2.csv', of('main', 'with space/ü@2.csv')],
])('%s', (path, expected) => {
  expect(isHubPath(path)).toBe(true);
  expect(parseDatasetReference(path)).toEqual(expected);
  expect(parseDatasetReference(formatDatasetReference(expected))).toEqual(expected);
});

test.each([
  'hf://datasets/o',
  'hf://datasets/o/n',
  'hf://datasets/o/n/',
  'hf://datasets/o/n/data/',
  'hf://datasets/o/n@/a.csv',
  'hf://datasets/o/n@main',
  'hf://datasets/o/n/../x/a.csv',
  'hf://o/n/a.csv',
  'hf://models/o/n/a.csv',
  'hf://',
])('%s is refused, with what is expected', (path) => {
  expect(() => parseDatasetReference(path)).toThrow('hf://datasets/OWNER/NAME');
});

test('paths of files are none', () => {
  expect(['a.jsonl', './hf:/x', 'https://huggingface.co/datasets/o/n', '-'].some((path) => isHubPath(path))).toBe(
    false,
  );
});
