/** Writes the JSON schema of the configuration file from the schema that checks it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configJsonSchema } from '../src/config/config-schema.ts';

const file = join(import.meta.dirname, '../schema/blender.config.schema.json');
writeFileSync(file, `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`);
