import { KNOWN_PROVIDERS } from '../../index.ts';
import type { Environment } from '../io/terminal.ts';
import type { CheckResult } from './checks.ts';

/** Variables that may hold the keys of the providers, and the one of Hugging Face. */
const KEY_NAMES = [
  ...Object.values(KNOWN_PROVIDERS).flatMap(({ keyVariables = [] }) => keyVariables),
  'HF_TOKEN',
].toSorted();

/** Which keys are set: names, never values. */
export function checkKeys(env: Environment): CheckResult {
  const present = KEY_NAMES.filter((name) => (env[name] ?? '').trim() !== '');
  return {
    name: 'Keys',
    status: 'ok',
    detail: present.length === 0 ? 'none set; local models need none' : `${present.join(', ')} set`,
  };
}
