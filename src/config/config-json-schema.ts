import { z } from 'zod';
import { configSchema } from './config-schema.ts';

/** The configuration as a JSON schema, for editors: what a file in JSON or YAML can hold. */
export function configJsonSchema(): object {
  return z.toJSONSchema(configSchema, {
    target: 'draft-07', // what editors know best
    io: 'input',
    // Objects and functions of a program have no place in such a file: no value is one.
    unrepresentable: ({ zodSchema }) => (zodSchema instanceof z.core.$ZodCustom ? { not: {} } : 'throw'),
    override: ({ jsonSchema }) => {
      // Of lists that are not changed in TypeScript; to an editor it means something else.
      delete jsonSchema.readOnly;
      const { anyOf } = jsonSchema;
      if (anyOf === undefined) return;
      const possible = anyOf.filter((branch) => !('not' in branch));
      const [only] = possible;
      if (possible.length === 1 && only !== undefined) {
        delete jsonSchema.anyOf;
        Object.assign(jsonSchema, { ...only, ...jsonSchema });
      } else jsonSchema.anyOf = possible;
    },
  });
}
