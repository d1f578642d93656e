import { definedOnly } from '../util/defined-only.ts';
import { isModelEntry, type ModelChoice, type ModelEntry, type ModelReference } from './model-choice.ts';

/** Aliases for models, with settings if needed. They have no slash, unlike `provider/model`. */
export type ModelAliases = Readonly<Record<string, ModelChoice>>;

/** The model and the settings behind an alias; undefined where the name is not an alias. */
export function findModelAlias(aliases: ModelAliases, name: unknown): ModelEntry | undefined {
  const choice = typeof name === 'string' && Object.hasOwn(aliases, name) ? aliases[name] : undefined;
  if (choice === undefined) return undefined;
  return isModelEntry(choice) ? choice : { model: choice };
}

/** Replaces aliases in `models` and `fuser` by what they stand for; settings beside an alias override its own. */
export function expandModelAliases<OPTIONS extends object>(aliases: ModelAliases, options: OPTIONS): OPTIONS {
  const { models, fuser } = options as { models?: unknown; fuser?: unknown };
  return {
    ...options,
    // Anything else is rejected by the function that is called.
    ...(Array.isArray(models) ? { models: models.map((choice) => expand(aliases, choice)) } : {}),
    ...(fuser === undefined ? {} : { fuser: expand(aliases, fuser) }),
  };
}

function expand(aliases: ModelAliases, choice: unknown): unknown {
  const isEntry = typeof choice === 'object' && choice !== null && 'model' in choice;
  const entry = isEntry ? (choice as { readonly model: ModelReference }) : undefined;
  const alias = findModelAlias(aliases, entry === undefined ? choice : entry.model);
  return alias === undefined ? choice : { ...alias, ...(entry && definedOnly(entry)), model: alias.model };
}
