import type { FlexibleSchema, InferSchema } from 'ai';

/** A JSON schema (draft 7 or 2020-12) as an object. */
export type JsonSchemaObject = Readonly<Record<string, unknown>>;

/** What interfaces for JSON schemas have in common, such as `JSONSchema7`; they are no records. */
interface JsonSchemaInterface {
  readonly type?: unknown;
}

/**
 * The form of an answer: a Zod schema, another Standard Schema that has a JSON schema, `jsonSchema(…)` of the AI SDK, or
 * a JSON schema itself.
 */
export type AnswerSchema = FlexibleSchema<unknown> | JsonSchemaObject | JsonSchemaInterface;

/** What answers of a schema are: undefined without one, unknown for a JSON schema. */
export type ObjectOf<SCHEMA> = AnswerSchema extends SCHEMA ? unknown : OutputOf<SCHEMA>;

type OutputOf<SCHEMA> = SCHEMA extends undefined
  ? undefined
  : [InferSchema<SCHEMA>] extends [never]
    ? unknown
    : InferSchema<SCHEMA>;
