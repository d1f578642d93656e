import type { ValidationResult } from '@ai-sdk/provider-utils';
import { jsonSchema, zodSchema } from 'ai';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { z as zod3 } from 'zod/v3';
import type { AnswerSchema } from '../spec/answer-schema.ts';
import { resolveAnswerForm } from './answer-form.ts';
import { readAnswer } from './read-answer.ts';

const person = z.object({ name: z.string(), age: z.int().min(0), tags: z.array(z.string()).optional() });
const ada = { name: 'Ada', age: 36 };
const json = JSON.stringify(ada);

async function read(text: string, schema: AnswerSchema = person, finishReason = 'stop'): Promise<unknown> {
  const form = await resolveAnswerForm(schema);
  return (await readAnswer({ text, finishReason }, { form, model: 'test/model' })).object;
}

describe('JSON is found as models write it', () => {
  test.each([
    ['alone', json],
    ['indented, with white space around it', `\n\n  ${JSON.stringify(ada, null, 4)}\n `],
    ['in a block of code', `\`\`\`json\n${json}\n\`\`\``],
    ['in a block without a language', `\`\`\`\n${json}\n\`\`\``],
    ['in an indented block', `  \`\`\`json\n  ${json}\n  \`\`\``],
    ['in a block with CRLF line ends', `\`\`\`json\r\n${json}\r\n\`\`\``],
    ['in a block that is not closed', `\`\`\`json\n${json}`],
    ['in a block of one line', `\`\`\`json ${json} \`\`\``],
    ['in `code`', `Here it is: \`${json}\`.`],
    ['after a sentence', `Sure! Here is the JSON you asked for: ${json}`],
    ['before a sentence', `${json}\n\nLet me know if you need anything else [or more].`],
    ['between sentences with brackets', `In the interval [0, 1) or {a, b}: ${json} (see [1]).`],
    ['after a thought', `<think>Perhaps {"name": "Ada"}? No.</think>\n${json}`],
    ['after a draft', `First: {"name": "Bob", "age": 1}. On second thought:\n${json}`],
    [
      'in a block, with another example behind it',
      `\`\`\`json\n${json}\n\`\`\`\nAnother would be {"name":"Bob","age":1}.`,
    ],
    ['after the schema', `{"type":"object","properties":{"name":{"type":"string"}}}\n${json}`],
    ['with a comma too many', '{"name": "Ada", "age": 36,}'],
    ['with comments', '{\n  // who\n  "name": "Ada", /* of Lovelace */\n  "age": 36, // in 1852\n}'],
    ['with a comment first, in prose', 'So: { // who\n  "name": "Ada", "age": 36 } is it.'],
    ['in XML tags', `<answer>${json}</answer>`],
    ['with a byte order mark', `\uFEFF${json}`],
    ['with more keys', '{"name":"Ada","age":36,"note":"born 1815"}'],
    ['after LaTeX', `\\frac{a}{b} and \\text{x} give ${json}`],
    ['in a block of waves', `~~~json\n${json}\n~~~`],
    ['in a second block, after one of code', `\`\`\`python\nx = {"a": 1}\n\`\`\`\n\`\`\`JSON\n${json}\n\`\`\``],
    ['in an assignment', `const answer = ${json};`],
    ['before a mark of the end', `${json}<|im_end|>`],
    ['with 36.0 for 36', '{"name":"Ada","age":3.6e1}'],
    ['after an unclosed quote', `The "answer is ${json}`],
    ['after an unclosed bracket', `A list [of things: ${json}`],
  ])('%s', async (_, text) => expect(await read(text)).toEqual(ada));

  test.each([
    ['a fence in a string', '{"name":"```js\\nx\\n```","age":1}', { name: '```js\nx\n```', age: 1 }],
    ['brackets in a string', 'So: {"name":"}{][\\"","age":1} ok', { name: '}{]["', age: 1 }],
    ['a raw line break in a string', '{"name":"Ada\nLovelace","age":1}', { name: 'Ada\nLovelace', age: 1 }],
    ['what looks like a comment in a string', '{"name":"a//b /* c","age":1,}', { name: 'a//b /* c', age: 1 }],
    ['escapes', String.raw`{"name":"\u00e9\\n\"","age":1}`, { name: 'é\\n"', age: 1 }],
    ['a string with a comma and a bracket', '{"name":"a,]","age":1,}', { name: 'a,]', age: 1 }],
  ])('%s', async (_, text, expected) => expect(await read(text)).toEqual(expected));

  test('texts full of brackets take no long time', async () => {
    const pieces = ['{', '{"a":', '[{"a" x', '"{', '/*', '[1/*', '{"a"//', '"\\"', '[1,', '```json\n{', '```\n', ', '];
    for (const text of pieces.map((piece) => piece.repeat(100_000))) {
      await expect(read(text)).rejects.toMatchObject({ kind: 'invalid' });
    }
  });
});

describe('what is not in the form is refused, with the reason', () => {
  test.each([
    ['no JSON', 'I am sorry, I cannot.', 'it has no JSON.'],
    ['a wrong type', '{"name":"Ada","age":"36"}', 'age: Invalid input: expected number, received string.'],
    ['a missing key', '{"name":"Ada"}', 'age: Invalid input'],
    ['another shape', '["Ada", 36]', 'expected object, received array.'],
    ['a number out of range', '{"name":"Ada","age":-1}', 'age: Too small'],
    ['a wrong item', '{"name":"Ada","age":1,"tags":["a",2]}', 'tags.1: Invalid input'],
    ['null', 'null', 'expected object, received null'],
    ['cut off in a string', '{"name":"Ada Love', 'its JSON is cut off.'],
    ['cut off after a value', '{"name":"Ada","age":36', 'its JSON is cut off.'],
    ['cut off in a block', '```json\n{"name":"Ada",', 'its JSON is cut off.'],
    ['cut off inside of a closed block', '```json\n{"name":"Ada",\n```', 'its JSON is cut off.'],
    ['a list of it that is cut off', '[{"name":"Ada","age":36},{"name":"Bo', 'its JSON is cut off.'],
    ['cut off after a draft', `Draft: ${json}\nFinal: {"name":"Ada Lovelace","ag`, 'its JSON is cut off.'],
    ['in single quotes', "{'name': 'Ada', 'age': 36}", 'it has no JSON.'],
  ])('%s', async (_, text, reason) => {
    await expect(read(text)).rejects.toThrow(`The answer does not follow the schema: `);
    await expect(read(text)).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining(reason) });
  });

  test('a limit of length names the way out', async () => {
    await expect(read('{"name":"A', person, 'length')).rejects.toThrow('raise maxOutputTokens (--max-tokens)');
    await expect(read('Well, let me think', person, 'length')).rejects.toThrow('raise maxOutputTokens');
    // Whole JSON, and then a text that is cut off.
    expect(await read(`${json}\nI chose Ada bec`, person, 'length')).toEqual(ada);
  });

  test('what a model writes does not fill the message', async () => {
    const text = JSON.stringify({ name: 'Ada', age: 1, ['x'.repeat(5000)]: 1 });
    const failure = read(text, z.strictObject({ name: z.string(), age: z.int() }));
    await expect(failure).rejects.toSatisfy(({ message }: Error) => message.length < 250);
  });
});

const picksA = (value: unknown): ValidationResult<unknown> =>
  typeof value === 'object' && value !== null && 'a' in value
    ? { success: true, value: value.a }
    : { success: false, error: new Error('there is no a') };

/** As another library than Zod makes it. */
const standard = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value: unknown) =>
      typeof (value as { a?: unknown }).a === 'string'
        ? { value: value as { a: string } }
        : { issues: [{ message: 'expected a text', path: ['a'] }] },
    jsonSchema: { input: () => ({ type: 'object' }), output: () => ({ type: 'object' }) },
  },
} as const satisfies AnswerSchema;

describe('every kind of schema', () => {
  const node = {
    $defs: {
      node: {
        type: 'object',
        properties: { value: { type: 'number' }, next: { $ref: '#/$defs/node' } },
        required: ['value'],
      },
    },
    $ref: '#/$defs/node',
  };
  const tree = z.object({
    value: z.number(),
    get children() {
      return z.array(tree).optional();
    },
  });
  test.each<[string, AnswerSchema, string, unknown]>([
    ['an array', z.array(z.string()), '["a","b"]', ['a', 'b']],
    ['an array, as it is asked for', z.array(z.string()), '{"answer":["a","b"]}', ['a', 'b']],
    ['an array in prose', z.array(z.int()), 'They are [2, 3, 5].', [2, 3, 5]],
    ['an enum', z.enum(['good', 'bad']), '"good"', 'good'],
    ['an enum, as it is asked for', z.enum(['good', 'bad']), '{"answer": "bad"}', 'bad'],
    ['an enum without quotes', z.enum(['good', 'bad']), ' good\n', 'good'],
    ['an enum in a block', z.enum(['good', 'bad']), '```json\n"good"\n```', 'good'],
    ['a number', z.number(), '4.5', 4.5],
    ['a boolean in an object', z.boolean(), '{"answer":false}', false],
    ['null', z.object({ a: z.string() }).nullable(), '{"answer":null}', null],
    ['a union', z.union([z.object({ a: z.string() }), z.object({ b: z.int() })]), '{"b":1}', { b: 1 }],
    ['a discriminated union', z.discriminatedUnion('t', [z.object({ t: z.literal('x') })]), '{"t":"x"}', { t: 'x' }],
    ['an object with the key answer', z.object({ answer: z.string() }), '{"answer":"a"}', { answer: 'a' }],
    [
      'nested objects',
      z.object({ a: z.object({ b: z.array(z.object({ c: z.null() })) }) }),
      '{"a":{"b":[{"c":null}]}}',
      { a: { b: [{ c: null }] } },
    ],
    ['recursion', tree, '{"value":1,"children":[{"value":2}]}', { value: 1, children: [{ value: 2 }] }],
    ['a record', z.record(z.string(), z.int()), '{"a":1}', { a: 1 }],
    ['a coercion', z.object({ n: z.coerce.number() }), '{"n":"5"}', { n: 5 }],
    ['a default', z.object({ n: z.int().default(3) }), '{}', { n: 3 }],
    ['a transformation', z.object({ n: z.string().transform(Number) }), '{"n":"5"}', { n: 5 }],
    ['a JSON schema', { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] }, '{"a":1}', { a: 1 }],
    [
      'a JSON schema of draft 7',
      { $schema: 'http://json-schema.org/draft-07/schema#', type: 'array', items: [{ type: 'string' }] },
      '["a"]',
      ['a'],
    ],
    [
      'a JSON schema of 2020-12',
      { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'array', prefixItems: [{ type: 'string' }] },
      '["a"]',
      ['a'],
    ],
    ['a JSON schema with references', node, '{"value":1,"next":{"value":2}}', { value: 1, next: { value: 2 } }],
    [
      'a JSON schema without a type',
      { properties: { a: { type: 'string' } }, required: ['a'] },
      '{"a":"b"}',
      { a: 'b' },
    ],
    ['anything', {}, '{"a":[1]}', { a: [1] }],
    ['a schema of Zod 3', zod3.object({ a: zod3.string(), b: zod3.number().optional() }), '{"a":"x"}', { a: 'x' }],
    ['jsonSchema of the AI SDK', jsonSchema({ type: 'object', required: ['a'] }), '{"a":1}', { a: 1 }],
    ['one with a check of its own', jsonSchema({ type: 'object' }, { validate: picksA }), '{"a":3}', 3],
    ['one that is made later', () => zodSchema(person), json, ada],
    ['another standard schema', standard, '{"a":"x"}', { a: 'x' }],
    ['a tuple', z.tuple([z.string(), z.number()]), '["a",1]', ['a', 1]],
    ['literals', z.literal([1, 2]), '2', 2],
    [
      'a check that takes time',
      z.object({ a: z.string() }).refine(async ({ a }) => a !== 'bad'),
      '{"a":"b"}',
      { a: 'b' },
    ],
  ])('%s', async (_, schema, text, expected) => expect(await read(text, schema)).toEqual(expected));

  test.each<[string, AnswerSchema, string, string]>([
    ['an array', z.array(z.string()), '["a",1]', '1: Invalid input'],
    ['an enum', z.enum(['good', 'bad']), 'quite good', 'it has no JSON'],
    ['jsonSchema of the AI SDK', jsonSchema({ type: 'object', required: ['a'] }), '{"b":1}', "property 'a'"],
    ['one with a check of its own', jsonSchema({ type: 'object' }, { validate: picksA }), '{"b":3}', 'there is no a'],
    ['another standard schema', standard, '{"a":1}', 'a: expected a text'],
    ['what is nested too deeply', z.unknown(), '['.repeat(100_000) + ']'.repeat(100_000), 'written as JSON'],
    ['a number out of prose', z.number(), 'It is 4.5.', 'it has no JSON'],
    ['recursion', tree, '{"value":1,"children":[{"value":"2"}]}', 'children.0.value: Invalid input'],
    ['a JSON schema', { type: 'object', properties: { a: { type: 'integer' } } }, '{"a":1.5}', 'a: must be integer'],
    [
      'an enum of a JSON schema',
      { enum: ['x', 'y'] },
      '{"answer":"z"}',
      'must be equal to one of the allowed values ("x", "y")',
    ],
    ['references', node, '{"value":1,"next":{"value":"2"}}', 'next.value: must be number'],
    ['a tuple of draft 7', { type: 'array', items: [{ type: 'string' }] }, '[1]', '0: must be string'],
    [
      'keys that are not named',
      { type: 'object', additionalProperties: false },
      '{"a":1}',
      'must NOT have additional properties',
    ],
    [
      'conditions',
      { type: 'object', if: { required: ['c'] }, else: { required: ['b'] } },
      '{"a":1}',
      "must have required property 'b'",
    ],
    [
      'a check of the caller that throws',
      z.object({ a: z.string() }).refine(() => {
        throw new Error('oops');
      }),
      '{"a":"b"}',
      'oops',
    ],
  ])('%s, wrong', async (_, schema, text, reason) => {
    await expect(read(text, schema)).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining(reason),
    });
  });

  test.each<[string, unknown, string]>([
    ['a text', 'object', 'Invalid schema "object": expected a Zod schema'],
    ['an array', [], 'Invalid schema (array of 0): expected a Zod schema'],
    ['null', null, 'expected a Zod schema'],
    ['an unknown type', { type: 'objekt' }, 'it is no JSON schema'],
    ['a reference elsewhere', { $ref: 'https://example.com/x.json' }, 'it is no JSON schema'],
    ['what JSON cannot hold', z.object({ at: z.date() }), 'it cannot be written as a JSON schema'],
    ['a function that makes no schema', () => 3, 'it cannot be written as a JSON schema'],
  ])('%s is no schema', async (_, schema, message) => {
    const resolving = resolveAnswerForm(schema as AnswerSchema);
    await expect(resolving).rejects.toMatchObject({ name: 'InvalidArgumentError', parameter: 'schema' });
    await expect(resolving).rejects.toThrow(message);
  });
});

describe('equal answers are equal texts', () => {
  const textOf = async (text: string, schema: AnswerSchema) => {
    const form = await resolveAnswerForm(schema);
    return (await readAnswer({ text, finishReason: 'stop' }, { form, model: 'test/model' })).text;
  };
  test('with the keys in the order of the schema, and others behind', async () => {
    const schema = { type: 'object', properties: { z: {}, a: { type: 'object', properties: { k: {} } } } };
    const expected = JSON.stringify({ z: 1, a: { k: 1, b: 2, c: 3 }, m: 0 }, null, 2);
    expect(await textOf('{"m":0,"a":{"c":3,"b":2,"k":1},"z":1}', schema)).toBe(expected);
    expect(await textOf('```json\n{"z":1.0,"m":0,"a":{"b":2,"k":1,"c":3}}\n```', schema)).toBe(expected);
  });
  test('as the schema reads them, where that can be read again', async () => {
    expect(await textOf('{"n":"5","x":1}', z.object({ n: z.coerce.number() }))).toBe('{\n  "n": 5\n}');
    expect(await textOf('{"n":"5"}', z.object({ n: z.string().transform(Number) }))).toBe('{\n  "n": "5"\n}');
    expect(await textOf('{"answer":["a"]}', z.array(z.string()))).toBe('[\n  "a"\n]');
  });
});
