import { expect, test } from 'vitest';
import { z } from 'zod';
import { toGrammarSchema } from './response-grammar.ts';

const ANY = {
  oneOf: [
    { type: ['string', 'number', 'boolean', 'null'] },
    { type: 'array' },
    { type: 'object', additionalProperties: true },
  ],
};

test('what zod writes', () => {
  const shape = z.object({
    verdict: z.enum(['A', 'B']),
    score: z.number().int().min(0).max(10),
    note: z.string().max(20).nullable(),
    tags: z.array(z.string()).optional(),
  });
  expect(toGrammarSchema(z.toJSONSchema(shape))).toEqual({
    schema: {
      type: 'object',
      additionalProperties: false,
      properties: {
        verdict: { enum: ['A', 'B'] },
        score: { type: 'integer' },
        note: { oneOf: [{ type: 'string', maxLength: 20 }, { type: 'null' }] },
        tags: { type: 'array', items: { type: 'string' } },
      },
    },
    ignored: ['maximum', 'minimum'],
  });
});

test('references, also of a schema to itself', () => {
  const schema = {
    $ref: '#/definitions/node',
    definitions: { node: { type: 'object', properties: { next: { $ref: '#/definitions/node' } } } },
  };
  expect(toGrammarSchema(schema).schema).toEqual({
    $ref: '#/$defs/node',
    $defs: { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' } }, additionalProperties: false } },
  });
});

test('a reference to nowhere admits any value, and says so', () => {
  expect(toGrammarSchema({ $ref: 'https://example.com/schema' })).toEqual({ schema: ANY, ignored: ['$ref'] });
});

test('no schema admits any value', () => {
  expect(toGrammarSchema({}).schema).toEqual(ANY);
  expect(toGrammarSchema({ type: 'object', properties: { a: true } }).schema).toMatchObject({ properties: { a: ANY } });
});

test('types by list, by implication, and laid over each other', () => {
  expect(toGrammarSchema({ type: ['integer', 'null'] }).schema).toEqual({
    oneOf: [{ type: 'integer' }, { type: 'null' }],
  });
  expect(toGrammarSchema({ items: { type: 'string' } }).schema).toEqual({ type: 'array', items: { type: 'string' } });
  expect(
    toGrammarSchema({ allOf: [{ properties: { a: { type: 'null' } } }, { properties: { b: { const: 1 } } }] }).schema,
  ).toMatchObject({ type: 'object', properties: { a: { type: 'null' }, b: { enum: [1] } } });
  expect(toGrammarSchema({ allOf: [{ type: 'string' }] }).schema).toEqual({ type: 'string' });
});

test('formats that a grammar knows are kept', () => {
  expect(toGrammarSchema({ type: 'string', format: 'date' })).toEqual({
    schema: { type: 'string', format: 'date' },
    ignored: [],
  });
  expect(toGrammarSchema({ type: 'string', format: 'email' })).toEqual({
    schema: { type: 'string' },
    ignored: ['format'],
  });
});
