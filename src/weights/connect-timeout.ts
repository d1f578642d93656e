import { InvalidArgumentError } from '../error/index.ts';
import { type Environment, readVariable } from '../util/environment.ts';

/** Milliseconds a source may take to answer, unless the caller or `LLM_BLENDER_CONNECT_TIMEOUT_MS` says otherwise. */
const DEFAULT_CONNECT_TIMEOUT_MS = 5000;

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
