import { rememberSecret } from '../../util/known-secrets.ts';
import type { Environment } from '../io/terminal.ts';

/** Variables whose values are keys, by their names. */
const KEY_NAME = /(?:^|_)(?:key|token|secret|password)$/i;
/** Shorter values are more likely words. */
const SHORTEST = 12;

/** Has the keys of the environment blanked out in everything that tells of calls and errors. */
export function rememberKeys(env: Environment): void {
  for (const [name, value = ''] of Object.entries(env)) {
    if (KEY_NAME.test(name) && value.trim().length >= SHORTEST) rememberSecret(value.trim());
  }
}
