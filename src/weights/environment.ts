import { InvalidArgumentError } from '../error/index.ts';

/** Environment variables. Passed along instead of read from `process.env`, so that tests are exact. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Milliseconds a source may take to answer, unless the caller or `LLM_BLENDER_CONNECT_TIMEOUT_MS` says otherwise. */
const DEFAULT_CONNECT_TIMEOUT_MS = 5000;

/** A variable that is set to something; an empty one counts as unset, as shells make no difference. */
export function readVariable(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}

/** @throws InvalidArgumentError where the variable is not a positive number. */
export function connectTimeoutFrom(env: Environment): number {
  const text = readVariable(env, 'LLM_BLENDER_CONNECT_TIMEOUT_MS');
  if (text === undefined) return DEFAULT_CONNECT_TIMEOUT_MS;
  const timeoutMs = Number(text);
  if (Number.isFinite(timeoutMs) && timeoutMs > 0) return timeoutMs;
  throw new InvalidArgumentError({
    parameter: 'LLM_BLENDER_CONNECT_TIMEOUT_MS',
    value: text,
    message: 'expected a number of milliseconds greater than 0.',
  });
}
