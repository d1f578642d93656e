import { InvalidConfigError } from '../error/index.ts';
import type { BlenderConfig } from './blender-config.ts';
import { checkReferences } from './check-references.ts';
import { checkSecrets } from './check-secrets.ts';
import { toProblems } from './config-problems.ts';
import { configSchema } from './config-schema.ts';
import type { WrittenConfig } from './read-config.ts';
import { schemaFindings } from './schema-findings.ts';

/**
 * Checks a whole configuration.
 *
 * @throws InvalidConfigError that tells all that is wrong with it.
 */
export function checkConfig({ value, text, lineOf }: WrittenConfig, source: string): BlenderConfig {
  const parsed = configSchema.safeParse(value);
  const findings = [
    ...(parsed.success ? [] : schemaFindings(parsed.error.issues)),
    ...checkReferences(value),
    ...checkSecrets(value, text),
  ];
  if (parsed.success && findings.length === 0) return parsed.data;
  throw new InvalidConfigError({ source, problems: toProblems(findings, { value, lineOf }) });
}
