import { expect, test } from 'vitest';
import { judgeOf } from './ranker-choice.ts';
import { formatRankerName, parseRankerName } from './ranker-name.ts';

test.each([
  ['small', { kind: 'shipped', name: 'small' }],
  ['pairrm', { kind: 'published', name: 'pairrm' }],
  ['pairrm:int8', { kind: 'int8', ranker: { kind: 'published', name: 'pairrm' } }],
  ['./my/ranker:int8', { kind: 'int8', ranker: { kind: 'folder', path: './my/ranker' } }],
  ['C:\\rankers\\mine', { kind: 'folder', path: 'C:\\rankers\\mine' }],
  ['strict', { kind: 'folder', path: 'strict' }],
  ['judge:ollama/gemma3:4b', { kind: 'judge', model: 'ollama/gemma3:4b' }],
  ['judge-list:openai/gpt-5', { kind: 'list-judge', model: 'openai/gpt-5' }],
  // What follows judge: is a model's name, whatever it ends in.
  ['judge:ollama/gemma3:int8', { kind: 'judge', model: 'ollama/gemma3:int8' }],
  ['cascade:judge:a/b', { kind: 'cascade', ranker: { kind: 'judge', model: 'a/b' } }],
  ['cascade:pairrm:int8', { kind: 'cascade', ranker: { kind: 'int8', ranker: { kind: 'published', name: 'pairrm' } } }],
  ['cascade:', { kind: 'cascade', ranker: { kind: 'folder', path: '' } }],
  // A judge needs a model.
  ['judge:', { kind: 'folder', path: 'judge:' }],
])('%s is read, and written back as it was', (text, ranker) => {
  const read = parseRankerName(text);
  expect(read).toEqual(ranker);
  expect(formatRankerName(read)).toBe(text);
});

const aliases = {
  strict: 'judge:books/judge',
  lists: 'judge-list:books/judge',
  careful: 'cascade:judge:books/judge',
  deep: 'cascade:strict',
  entry: { judge: 'books/judge' },
  trained: './ranker',
  endless: 'cascade:endless',
};

test.each([
  'judge:books/judge',
  'strict',
  'lists',
  'careful',
  'deep',
  'entry',
  'cascade:judge-list:books/judge',
  'cascade:strict',
  'cascade:entry',
  { judge: 'books/judge' },
])('the model that %j asks is known', (ranker) => {
  expect(judgeOf(ranker, aliases)?.model).toBe('books/judge');
});

test.each([undefined, 'small', 'trained', 'cascade:trained', 'endless', 'cascade:'])('%s asks none', (ranker) => {
  expect(judgeOf(ranker, aliases)).toBeUndefined();
});
