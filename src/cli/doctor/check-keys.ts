import type { Environment } from '../io/terminal.ts';
import type { CheckResult } from './checks.ts';

/** Variables from which the providers of the AI SDK take their keys, and the one of Hugging Face. */
const KEY_NAMES = [
  'AI_GATEWAY_API_KEY',
  'ANTHROPIC_API_KEY',
  'AZURE_API_KEY',
  'COHERE_API_KEY',
  'DEEPSEEK_API_KEY',
  'GEMINI_API_KEY',
  'GOOGLE_GENERATIVE_AI_API_KEY',
  'GROQ_API_KEY',
  'HF_TOKEN',
  'MISTRAL_API_KEY',
  'OPENAI_API_KEY',
  'OPENROUTER_API_KEY',
  'TOGETHER_API_KEY',
  'XAI_API_KEY',
];

/** Which keys are set: names, never values. */
export function checkKeys(env: Environment): CheckResult {
  const present = KEY_NAMES.filter((name) => (env[name] ?? '').trim() !== '');
  return {
    name: 'Keys',
    status: 'ok',
    detail: present.length === 0 ? 'none set; local models need none' : `${present.join(', ')} set`,
  };
}
