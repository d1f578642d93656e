import { stringify } from 'yaml';
import type { ModelChoice, NamedBlend } from '../../index.ts';
import { nameOf } from './blend-choices.ts';

/** A blend that can be written down. */
export interface WrittenTeam {
  readonly models: readonly unknown[];
  readonly settings: Readonly<Record<string, unknown>>;
  /** Settings that are objects of a program, and have no words. */
  readonly unwritten: readonly string[];
}

/** What of a blend can be written into a configuration. Models that are objects of a program have their names. */
export function writeTeam({ models, ...settings }: NamedBlend): WrittenTeam {
  const entries = Object.entries(settings)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, toData(value)] as const);
  return {
    models: models.map((choice) => toData(choice) ?? nameOf(choice)),
    settings: Object.fromEntries(entries.filter(([, value]) => value !== undefined)),
    unwritten: entries.filter(([, value]) => value === undefined).map(([name]) => name),
  };
}

/** A blend as a part of a configuration file. */
export function teamFile(blend: NamedBlend, name: string): { readonly data: object; readonly yaml: string } {
  const { models, settings, unwritten } = writeTeam(blend);
  const data = { blends: { [name]: { models, ...settings } } };
  const notes = unwritten.map(
    (setting) => `# ${setting} is an object of this server's program, and is not written here.\n`,
  );
  return { data, yaml: notes.join('') + stringify(data) };
}

/** The value as plain data; undefined where it is an object with methods, or holds one that is no model. */
function toData(value: unknown): unknown {
  if (typeof value === 'function') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(toData);
  if ('doStream' in value) return nameOf(value as ModelChoice);
  if ('doCompare' in value || 'doFuse' in value) return undefined;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  const [only] = entries;
  // A model without settings is written as its name alone.
  if (entries.length === 1 && only?.[0] === 'model') return toData(only[1]);
  return Object.fromEntries(entries.map(([key, field]) => [key, toData(field)]));
}
