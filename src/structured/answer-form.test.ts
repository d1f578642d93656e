import { expect, test } from 'vitest';
import { z } from 'zod';
import type { AnswerSchema } from '../spec/answer-schema.ts';
import { resolveAnswerForm } from './answer-form.ts';
import { schemaSettings } from './answer-request.ts';
import { jsonSchemaValidator } from './json-schema-validator.ts';

const tree = z.object({
  value: z.number(),
  get children() {
    return z.array(tree);
  },
});
const list = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $defs: { item: { anyOf: [{ type: 'null' }, { $ref: '#' }, { $ref: '#/$defs/text' }] }, text: { type: 'string' } },
  type: 'array',
  items: { $ref: '#/$defs/item' },
};

test.each<[string, AnswerSchema, unknown, unknown]>([
  ['a list of trees', z.array(tree), [{ value: 1, children: [{ value: 2, children: [] }] }], [{ value: '1' }]],
  ['a tree or nothing', tree.nullable(), null, { value: 1, children: [{}] }],
  ['a list of itself', list, ['a', [null, ['b']]], ['a', [3]]],
  ['an enum', z.enum(['a', 'b']), 'b', 'c'],
])('%s is asked for as an object that a provider can check', async (_, schema, right, wrong) => {
  const form = await resolveAnswerForm(schema);
  expect(form.jsonSchema).toMatchObject({ type: 'object', required: ['answer'], additionalProperties: false });
  const check = await jsonSchemaValidator(form.jsonSchema);
  expect(check({ answer: right })).toEqual({ success: true, object: { answer: right } });
  expect(check({ answer: wrong })).toMatchObject({ success: false });
});

test('an object is asked for as it is', async () => {
  const schema = { type: 'object', properties: { a: { type: 'string' } } };
  expect((await resolveAnswerForm(schema)).jsonSchema).toBe(schema);
  expect((await resolveAnswerForm(z.object({ answer: z.string() }))).jsonSchema).toMatchObject({
    properties: { answer: { type: 'string' } },
  });
});

test.each<[string, AnswerSchema, boolean]>([
  ['an object', z.object({ a: z.string(), b: z.array(z.object({ c: z.int() })) }), true],
  ['an optional key', z.object({ a: z.string().optional() }), false],
  ['an optional key inside', z.object({ a: z.array(z.object({ b: z.int().optional() })) }), false],
  ['a record', z.object({ a: z.record(z.string(), z.int()) }), false],
  ['any JSON', {}, false],
  ['a JSON schema that allows more keys', { type: 'object', properties: { a: {} }, required: ['a'] }, false],
])('%s is meant strictly where providers take it so: %#', async (_, schema, isStrict) => {
  const { jsonSchema } = await resolveAnswerForm(schema);
  const settings = {
    temperature: 0,
    providerOptions: { openai: { user: 'me' }, openaiCompatible: { strictJsonSchema: true } },
  };
  const { providerOptions } = schemaSettings(settings, jsonSchema);
  expect(providerOptions).toEqual(
    isStrict
      ? settings.providerOptions
      : { openai: { user: 'me', strictJsonSchema: false }, openaiCompatible: { strictJsonSchema: true } },
  );
});
