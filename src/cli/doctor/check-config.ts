import { type BlenderConfig, findConfig, InvalidConfigError, loadConfig } from '../../index.ts';
import type { Environment } from '../io/terminal.ts';
import type { CheckResult } from './check.ts';

/** Which configuration holds here, and whether it can be used; what it says, where it can. */
export async function checkConfig(
  env: Environment,
): Promise<{ readonly check: CheckResult; readonly config: BlenderConfig }> {
  const name = 'Configuration';
  try {
    const file = env['LLM_BLENDER_CONFIG']?.trim() || findConfig();
    return { check: { name, status: 'ok', detail: file ?? 'none' }, config: await loadConfig({ file, env }) };
  } catch (error) {
    if (!(error instanceof InvalidConfigError)) throw error;
    const [detail = '', ...help] = error.message.split('\n');
    return { check: { name, status: 'warn', detail, help: help.join('\n') }, config: {} };
  }
}
