import type { LanguageModelV4CallOptions, SharedV4Warning } from '@ai-sdk/provider';
import type { GbnfJsonSchema, LlamaGrammarEvaluationState, LlamaModel } from 'node-llama-cpp';
import { InvalidArgumentError } from '../error/index.ts';
import type { Runtime } from './runtime.ts';

/** What keeps an answer to a format. */
export interface ResponseGrammar {
  /** For one generation, which uses it up. Undefined where any text will do. */
  readonly grammar: LlamaGrammarEvaluationState | undefined;
  /** How the grammar ends a text. */
  readonly stopSequences: readonly string[];
  readonly warnings: readonly SharedV4Warning[];
}

const ANY_TEXT: ResponseGrammar = { grammar: undefined, stopSequences: [], warnings: [] };

/**
 * The grammar for a response format. The prompt is not changed, so the caller must describe to the model what the
 * fields mean.
 *
 * @throws InvalidArgumentError for a schema no grammar can be made of.
 */
export async function createResponseGrammar(
  { llama, nodeLlamaCpp }: Runtime,
  model: LlamaModel,
  format: LanguageModelV4CallOptions['responseFormat'],
): Promise<ResponseGrammar> {
  if (format?.type !== 'json') return ANY_TEXT;
  const { schema, ignored } =
    format.schema === undefined ? { schema: undefined, ignored: [] } : toGrammarSchema(format.schema);
  try {
    const grammar =
      schema === undefined
        ? await llama.getGrammarFor('json')
        : // Its type wants to know the schema while it compiles.
          await llama.createGrammarForJsonSchema(schema as Parameters<typeof llama.createGrammarForJsonSchema>[0]);
    return {
      grammar: new nodeLlamaCpp.LlamaGrammarEvaluationState({ model, grammar }),
      // The runtime's grammars end with empty lines instead of the end of a turn.
      stopSequences: ['\n\n\n\n'],
      warnings: ignored.length === 0 ? [] : [ignoredKeywords(ignored)],
    };
  } catch (cause) {
    throw new InvalidArgumentError({
      parameter: 'responseFormat.schema',
      value: format.schema,
      message: 'no grammar can be made of this schema.',
      cause,
    });
  }
}

function ignoredKeywords(keywords: readonly string[]): SharedV4Warning {
  const details = `A grammar cannot enforce ${keywords.join(', ')}; the answer may not follow it.`;
  return { type: 'compatibility', feature: 'responseFormat.schema', details };
}

/** A JSON schema in the form the runtime makes a grammar from. */
export interface GrammarSchema {
  readonly schema: GbnfJsonSchema;
  /** Keywords that a grammar cannot enforce and that were left out, in the order of the alphabet. */
  readonly ignored: readonly string[];
}

/** Keywords that say nothing about which values are valid, or that are read below. */
const HANDLED = new Set(
  (
    '$schema $id $comment $defs definitions title description default examples readOnly writeOnly deprecated ' +
    'type enum const anyOf oneOf allOf $ref properties required additionalProperties minProperties maxProperties ' +
    'items prefixItems minItems maxItems minLength maxLength'
  ).split(' '),
);

/** What the runtime's grammars know of `format`. */
const FORMATS = new Set(['date-time', 'time', 'date']);

const ANY: GbnfJsonSchema = {
  oneOf: [
    { type: ['string', 'number', 'boolean', 'null'] },
    { type: 'array' },
    { type: 'object', additionalProperties: true },
  ],
};

/** What is read of a JSON schema here. Schemas come from outside: everything may be missing. */
interface Schema {
  readonly type?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Subschema[];
  readonly oneOf?: readonly Subschema[];
  readonly allOf?: readonly Subschema[];
  readonly $ref?: string;
  readonly definitions?: Readonly<Record<string, Subschema>>;
  readonly $defs?: Readonly<Record<string, Subschema>>;
  readonly properties?: Readonly<Record<string, Subschema>>;
  readonly additionalProperties?: Subschema;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly items?: Subschema | readonly Subschema[];
  readonly prefixItems?: readonly Subschema[];
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
}

/** `true` admits every value. */
type Subschema = Schema | boolean;

/**
 * Translates a JSON schema to the subset that grammars can express. The result admits no value of the wrong shape;
 * all properties are required, which any schema allows.
 *
 * Why not hand the schema on as it is: the runtime reads no `anyOf`, takes a keyword it does not know for a schema
 * of `null`, and prints warnings on the console.
 */
export function toGrammarSchema(root: object): GrammarSchema {
  const ignored = new Set<string>();
  const known = new Set(Object.keys(definitionsOf(root)));

  function convert(schema: Subschema): GbnfJsonSchema {
    if (typeof schema === 'boolean') return ANY;
    for (const key of Object.keys(schema)) if (!HANDLED.has(key) && key !== 'format') ignored.add(key);
    if (schema.$ref !== undefined) return convertReference(schema.$ref);
    if (schema.const !== undefined) return convertValues([schema.const]);
    if (schema.enum !== undefined) return convertValues(schema.enum);
    const choices = schema.anyOf ?? schema.oneOf;
    if (choices !== undefined) return { oneOf: choices.map(convert) };
    if (schema.allOf !== undefined) return convert(mergeAll(schema));
    const types = schema.type === undefined ? impliedTypes(schema) : [schema.type].flat();
    const [only] = types;
    if (only === undefined) return ANY;
    return types.length === 1 ? convertType(schema, only) : { oneOf: types.map((type) => convertType(schema, type)) };
  }

  function convertType(schema: Schema, type: unknown): GbnfJsonSchema {
    switch (type) {
      case 'object':
        return convertObject(schema);
      case 'array':
        return convertArray(schema);
      case 'string':
        return convertString(schema);
      default:
        return { type: type as 'number' };
    }
  }

  function convertObject(schema: Schema): GbnfJsonSchema {
    const { properties = {}, additionalProperties, minProperties, maxProperties } = schema;
    const named = Object.entries(properties).map(([name, property]) => [name, convert(property)] as const);
    // Without named properties, an object that may have others must be able to have some.
    const others = additionalProperties ?? named.length === 0;
    return {
      type: 'object',
      properties: Object.fromEntries(named),
      additionalProperties: typeof others === 'boolean' ? others : convert(others),
      ...(minProperties !== undefined && { minProperties }),
      ...(maxProperties !== undefined && { maxProperties: Math.max(maxProperties, named.length) }),
    };
  }

  function convertArray({ items, prefixItems, minItems, maxItems }: Schema): GbnfJsonSchema {
    const first = isList(items) ? items : prefixItems;
    return {
      type: 'array',
      ...(items !== undefined && !isList(items) && { items: convert(items) }),
      ...(first !== undefined && { prefixItems: first.map(convert) }),
      ...(minItems !== undefined && { minItems }),
      ...(maxItems !== undefined && { maxItems: Math.max(maxItems, first?.length ?? 0) }),
    };
  }

  function convertString({ format, minLength, maxLength }: Schema): GbnfJsonSchema {
    if (format !== undefined && FORMATS.has(format)) return { type: 'string', format: format as 'date' };
    if (format !== undefined) ignored.add('format');
    return {
      type: 'string',
      ...(minLength !== undefined && { minLength }),
      ...(maxLength !== undefined && { maxLength: Math.max(maxLength, minLength ?? 0) }),
    };
  }

  function convertReference(reference: string): GbnfJsonSchema {
    const name = /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec(reference)?.[1];
    if (name !== undefined && known.has(name)) return { $ref: `#/$defs/${name}` } as unknown as GbnfJsonSchema;
    ignored.add('$ref');
    return ANY;
  }

  function convertValues(values: readonly unknown[]): GbnfJsonSchema {
    const simple = values.filter((value) => value === null || typeof value !== 'object');
    if (simple.length < values.length) ignored.add('enum of objects');
    return simple.length === 0 ? ANY : { enum: simple as (string | number | boolean | null)[] };
  }

  const schema = convert(root);
  const definitions = Object.entries(definitionsOf(root)).map(([name, definition]) => [name, convert(definition)]);
  const $defs = definitions.length === 0 ? {} : { $defs: Object.fromEntries(definitions) };
  return { schema: { ...schema, ...$defs }, ignored: [...ignored].toSorted() };
}

function definitionsOf(schema: Schema): Record<string, Subschema> {
  return { ...schema.definitions, ...schema.$defs };
}

/** The type of a schema without one, as far as its keywords imply it. */
function impliedTypes({ properties, additionalProperties, items, prefixItems }: Schema): unknown[] {
  if (properties !== undefined || additionalProperties !== undefined) return ['object'];
  return items !== undefined || prefixItems !== undefined ? ['array'] : [];
}

/** Parts of `allOf` laid over each other: right for what generators of schemas write, objects put together. */
function mergeAll({ allOf = [], ...own }: Schema): Schema {
  const parts = [own, ...allOf.filter((part) => typeof part !== 'boolean')];
  const properties = Object.assign({}, ...parts.map((part) => part.properties)) as Record<string, Subschema>;
  const merged = Object.assign({}, ...parts) as Schema;
  return { ...merged, ...(Object.keys(properties).length > 0 && { properties }) };
}

/** The older form of `prefixItems`. */
function isList(items: Schema['items']): items is readonly Subschema[] {
  return Array.isArray(items);
}
