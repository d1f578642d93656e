import { expect, test } from 'vitest';
import { createBlender, type TraceRecord } from '../index.ts';
import { saying } from './__fixtures__/fake-server.ts';
import { ServedModels } from './served-models.ts';

test('the context of members is told where it is known, and of a blend that of its smallest member', async () => {
  const own = Object.assign(saying('own', 'x'), { contextTokens: 2048 });
  await using blender = createBlender({
    blends: {
      mixed: { models: ['openai/gpt-4o', own, saying('unknown', 'x')] },
      large: { models: ['openai/gpt-4o', 'openrouter/openai/gpt-4o'] },
      none: { models: [saying('unknown', 'x'), 'mine/model'] },
    },
    providers: { mine: { baseURL: 'http://127.0.0.1:9/v1' } },
  });
  const { list } = new ServedModels(blender, ['mixed', 'large', 'none']);
  const known = await Promise.all(list.map(async ({ id, contextTokens }) => [id, await contextTokens()]));
  expect(Object.fromEntries(known)).toEqual({
    mixed: 2048,
    large: 128_000,
    none: undefined,
    'openai/gpt-4o': 128_000,
    'fake/own': 2048,
    'fake/unknown': undefined,
    'openrouter/openai/gpt-4o': 128_000,
    'mine/model': undefined,
  });
});

test('a member that is an object is asked under the rules of all calls, as one that is named', async () => {
  const records: TraceRecord[] = [];
  const model = saying('a', 'fine');
  const config = { blends: { mine: { models: [model] } }, onTrace: (record: TraceRecord) => records.push(record) };
  await using blender = createBlender(config);
  const member = new ServedModels(blender, ['mine']).find('fake/a');
  const opened = await member.open({ abortSignal: new AbortController().signal });
  const { stream } = await opened.doStream({ prompt: [{ role: 'user', content: [{ type: 'text', text: 'Why?' }] }] });
  await stream.pipeTo(new WritableStream());
  expect(model.calls).toHaveLength(1);
  expect(records).toEqual([expect.objectContaining({ model: 'fake/a' })]);
});
