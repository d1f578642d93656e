import { asSchema, type FlexibleSchema } from 'ai';
import { InvalidArgumentError } from '../error/index.ts';
import type { AnswerSchema, JsonSchemaObject } from '../spec/answer-schema.ts';
import { errorMessage } from '../util/error-message.ts';
import { schemaKeyOrder } from './canonical-json.ts';
import { jsonSchemaValidator } from './json-schema-validator.ts';
import { type Validation, validationProblem } from './validation.ts';

/** A schema, ready to ask for answers and to check them. */
export interface AnswerForm {
  /** What models are asked for: an object at the top, since many providers take nothing else. */
  readonly jsonSchema: JsonSchemaObject;
  /** Whether that object was added, and has the answer under {@link ANSWER_KEY}. */
  readonly isWrapped: boolean;
  /** The place of each key in an answer. */
  readonly keyOrder: ReadonlyMap<string, number>;
  /** Checks the JSON of an answer, without the object that was added. */
  validate(value: unknown): Promise<Validation>;
}

export const ANSWER_KEY = 'answer';

/** @throws InvalidArgumentError for what is no schema, or cannot be written as a JSON schema. */
export async function resolveAnswerForm(schema: AnswerSchema): Promise<AnswerForm> {
  const { jsonSchema, validate } = await readSchema(schema);
  const isWrapped = jsonSchema['type'] !== 'object';
  return {
    jsonSchema: isWrapped ? wrap(jsonSchema) : jsonSchema,
    isWrapped,
    keyOrder: schemaKeyOrder(jsonSchema),
    async validate(value) {
      try {
        return await validate(value);
      } catch (error) {
        return { success: false, problem: errorMessage(error) };
      }
    },
  };
}

/** How the AI SDK marks its schemas. */
const AI_SDK_SCHEMA = Symbol.for('vercel.ai.schema');

/** A schema as JSON schema, and how it checks a value. */
interface SchemaParts {
  readonly jsonSchema: JsonSchemaObject;
  readonly validate: (value: unknown) => Validation | Promise<Validation>;
}

async function readSchema(schema: AnswerSchema): Promise<SchemaParts> {
  const isObject = typeof schema === 'object' && schema !== null && !Array.isArray(schema);
  if (!isObject && typeof schema !== 'function') {
    throw new InvalidArgumentError({
      parameter: 'schema',
      value: schema,
      message: 'expected a Zod schema, jsonSchema(…) of the AI SDK, or a JSON schema as an object.',
    });
  }
  if (isObject && !('~standard' in schema) && !(AI_SDK_SCHEMA in schema)) {
    const jsonSchema = schema as JsonSchemaObject;
    return { jsonSchema, validate: await jsonSchemaValidator(jsonSchema) };
  }
  const { jsonSchema, validate } = await convertSchema(schema as FlexibleSchema);
  if (validate === undefined) return { jsonSchema, validate: await jsonSchemaValidator(jsonSchema) };
  return {
    jsonSchema,
    validate: async (value) => {
      const checked = await validate(value);
      return checked.success
        ? { success: true, object: checked.value }
        : { success: false, problem: validationProblem(checked.error) };
    },
  };
}

async function convertSchema(schema: FlexibleSchema) {
  try {
    const { jsonSchema: written, validate } = asSchema(schema);
    const jsonSchema: unknown = await written;
    if (typeof jsonSchema !== 'object' || jsonSchema === null) throw new TypeError('it has none');
    return { jsonSchema: jsonSchema as JsonSchemaObject, validate };
  } catch (cause) {
    throw new InvalidArgumentError({
      parameter: 'schema',
      value: schema,
      message: `it cannot be written as a JSON schema: ${errorMessage(cause)}`,
      cause,
    });
  }
}

/** Puts a schema under a key of an object. Definitions stay at the top, where providers look for them. */
function wrap({ $schema, $defs, definitions, ...schema }: JsonSchemaObject): JsonSchemaObject {
  return {
    ...($schema === undefined ? {} : { $schema }),
    type: 'object',
    properties: { [ANSWER_KEY]: moveReferences(schema) },
    required: [ANSWER_KEY],
    additionalProperties: false,
    ...($defs === undefined ? {} : { $defs: moveReferences($defs) }),
    ...(definitions === undefined ? {} : { definitions: moveReferences(definitions) }),
  };
}

/** A schema in which references to its top, or into it, mean its new place. */
function moveReferences(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(moveReferences);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => {
      const isOwn = key === '$ref' && typeof value === 'string' && /^#(?!\/(?:\$defs|definitions)\/)/.test(value);
      return [key, isOwn ? `#/properties/${ANSWER_KEY}${value.slice(1)}` : moveReferences(value)];
    }),
  );
}
