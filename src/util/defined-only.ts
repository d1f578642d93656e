/** The same object without its undefined entries: to the types, and to spreading, undefined is not the same as absent. */
export type DefinedOnly<OBJECT> = { [KEY in keyof OBJECT]?: Exclude<OBJECT[KEY], undefined> };

/** Drops undefined entries. */
export function definedOnly<OBJECT extends object>(object: OBJECT): DefinedOnly<OBJECT> {
  const defined: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object)) if (value !== undefined) defined[key] = value;
  return defined as DefinedOnly<OBJECT>;
}
