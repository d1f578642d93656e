import type { AnySchemaObject, ErrorObject } from 'ajv/dist/2020.js';
import { InvalidArgumentError } from '../error/index.ts';
import type { Validation } from './validation.ts';

/**
 * Makes the check of a JSON schema. `format` is not checked.
 *
 * @throws InvalidArgumentError for what is no JSON schema, or refers to one elsewhere.
 */
export async function jsonSchemaValidator(schema: object): Promise<(value: unknown) => Validation> {
  const [{ Ajv }, { Ajv2020 }] = await Promise.all([import('ajv'), import('ajv/dist/2020.js')]);
  const options = { strict: false, validateFormats: false, logger: false } as const;
  // Tuples have another form since 2020-12. Without a name of the draft, that form tells.
  const { $schema: draft, ...rest } = schema as AnySchemaObject;
  const isOld = typeof draft === 'string' ? /draft-0\d/.test(draft) : hasOldTuples(schema);
  try {
    const validate = (isOld ? new Ajv(options) : new Ajv2020(options)).compile(rest);
    return (value) =>
      validate(value) ? { success: true, object: value } : { success: false, problem: describe(validate.errors?.[0]) };
  } catch (cause) {
    throw new InvalidArgumentError({
      parameter: 'schema',
      value: schema,
      message: `it is no JSON schema: ${cause instanceof Error ? cause.message : String(cause)}.`,
      cause,
    });
  }
}

/** Whether `items` is an array anywhere, as tuples are written before 2020-12. */
function hasOldTuples(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false;
  return Object.entries(schema).some(
    ([key, value]) => (key === 'items' && Array.isArray(value)) || hasOldTuples(value),
  );
}

function describe(error: ErrorObject | undefined): string {
  const path = error?.instancePath.slice(1).replaceAll('/', '.') ?? '';
  const allowed: unknown = error?.params['allowedValues'];
  const more = Array.isArray(allowed) ? ` (${allowed.map((value) => JSON.stringify(value)).join(', ')})` : '';
  const message = `${error?.message ?? 'it is not valid'}${more}`;
  return path === '' ? message : `${path}: ${message}`;
}
