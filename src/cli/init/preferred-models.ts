/** For each provider, models that answer quickly and cost little, the first choice first, as the provider calls them. */
const PREFERRED: Readonly<Record<string, readonly string[]>> = {
  google: ['gemini-3.5-flash-lite', 'gemini-2.5-flash'],
  openai: ['gpt-5.4-mini', 'gpt-5-mini'],
  anthropic: ['claude-haiku-5-5', 'claude-haiku-4-5'],
  mistral: ['mistral-small-latest'],
  groq: ['llama-3.3-70b-versatile', 'openai/gpt-oss-20b'],
  openrouter: ['google/gemini-3.5-flash-lite', 'openai/gpt-5.4-mini'],
  gateway: ['google/gemini-3.5-flash-lite', 'openai/gpt-5.4-mini'],
};

/** Models that do not chat, by what their names say. */
const NO_CHAT = /embed|rerank|whisper|tts|moderation|image|audio/i;

/**
 * The model of a provider to begin with: a preferred one, one that the provider serves where it says what. Undefined
 * where it serves none that chats.
 */
export function preferredModel(provider: string, served: readonly string[] | undefined): string | undefined {
  const preferred = (PREFERRED[provider] ?? []).map((name) => `${provider}/${name}`);
  if (served === undefined) return preferred[0];
  return preferred.find((name) => served.includes(name)) ?? served.find((name) => !NO_CHAT.test(name));
}
