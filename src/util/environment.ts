/** Environment variables. Passed along instead of read from `process.env`, so that tests are exact. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable that is set to something; an empty one counts as unset, as shells make no difference. */
export function readVariable(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}
