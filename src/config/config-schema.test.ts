import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { configJsonSchema } from './config-schema.ts';

const file = join(import.meta.dirname, '../../schema/blender.config.schema.json');

test('the schema that ships is that of the code; else run `node scripts/write-config-schema.ts`', async () => {
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(configJsonSchema())));
});

test('it takes what a file can hold and refuses the rest', async () => {
  const schema = z.fromJSONSchema(JSON.parse(await readFile(file, 'utf8')));
  const good = {
    $schema: 'x',
    blends: { quick: { models: ['a', { model: 'openai/gpt-5', samples: 2 }], fuser: { model: 'a' }, ranker: 'small' } },
    models: { a: { model: 'openai/gpt-5', providerOptions: { openai: { deep: [{ er: null }] } } } },
    providers: { lab: { baseURL: 'http://127.0.0.1:8000/v1', apiKeyEnv: 'LAB_KEY' } },
    rankers: { strict: { judge: 'a', providerOptions: { google: { safetySettings: [] } } } },
    defaults: { aggregation: 'borda', maxCalls: 9, maxCost: 0.5 },
  };
  expect(schema.safeParse(good).error).toBeUndefined();
  const bad = [
    { models: { a: 3 } },
    { models: { 'a/b': 'c/d' } },
    { blends: { b: {} } },
    { blends: { b: { models: [] } } },
    { blends: { b: { models: ['a'], fuser: {} } } },
    { defaults: { aggregation: 'sum' } },
    { defaults: { goal: 'best' } },
    { defaults: { topK: 2 } },
    { defaults: { rankSeed: 1 } },
    { defaults: { ranker: { judge: 'a/b', other: 1 } } },
    { providers: { lab: { apiKey: 'x' } } },
    { other: 1 },
  ];
  expect(bad.filter((config) => schema.safeParse(config).success)).toEqual([]);
});
