import { expect, test } from 'vitest';
import { FakePairRanker } from '../test/index.ts';
import { post, startFake } from './__fixtures__/fake-server.ts';

// A ranker that prefers the longer text, as the default of the configuration and by its alias.
const ranker = new FakePairRanker({ judge: ({ left, right }) => left.length - right.length });
const start = () => startFake({}, { config: { defaults: { ranker }, rankers: { mine: { judge: 'fake/judge' } } } });

test.each(['/v1/rerank', '/v2/rerank', '/rerank'])('%s orders documents', async (path) => {
  const server = await start();
  const documents = ['short', { text: 'the longest of all' }, 'rather long'];
  const body = { query: 'Which?', documents, top_n: 2, return_documents: true, max_tokens_per_doc: 5 };
  const response = await post(server, path, body);
  expect(await response.json()).toMatchObject({
    id: expect.stringMatching(/^rerank-/),
    results: [
      { index: 1, relevance_score: expect.any(Number), document: { text: 'the longest of all' } },
      { index: 2, relevance_score: expect.any(Number), document: { text: 'rather long' } },
    ],
    usage: { total_tokens: expect.any(Number) },
    meta: { api_version: { version: path === '/v2/rerank' ? '2' : '1' } },
  });
  const [pair] = ranker.pairs;
  expect([pair?.left, pair?.right].join()).not.toContain('text:');
});

test('two answers are compared', async () => {
  const server = await start();
  const question = { instruction: 'Which?', input: 'of these' };
  const response = await post(server, '/v1/compare', { ...question, a: 'longer by far', b: 'short' });
  expect(await response.json()).toMatchObject({ winner: 'a', probability: expect.any(Number), logit: 8 });
});

test.each<[string, string, object, number, string | null]>([
  ['a ranker that is not served', '/v1/rerank', { query: 'q', documents: ['a'], model: 'pairrm' }, 404, 'model'],
  ['a path as a ranker', '/v1/compare', { prompt: 'q', a: 'a', b: 'b', model: './models' }, 404, 'model'],
  ['a judge as a ranker', '/v1/rerank', { query: 'q', documents: ['a'], model: 'judge:openai/gpt-5' }, 404, 'model'],
  ['no documents', '/v1/rerank', { query: 'q', documents: [] }, 400, 'documents'],
  ['too many documents', '/v1/rerank', { query: 'q', documents: Array(1001).fill('a') }, 400, 'documents'],
  ['no query', '/v2/rerank', { query: '', documents: ['a'] }, 400, 'query'],
  ['no question', '/v1/compare', { a: 'a', b: 'b' }, 400, null],
  ['two questions', '/v1/compare', { prompt: 'q', instruction: 'q', a: 'a', b: 'b' }, 400, null],
  ['one answer', '/v1/compare', { prompt: 'q', a: 'a' }, 400, 'b'],
])('%s is refused', async (_, path, body, status, param) => {
  const response = await post(await start(), path, body);
  expect([response.status, await response.json()]).toMatchObject([status, { error: { param } }]);
});
