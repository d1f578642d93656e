import { KNOWN_PROVIDERS } from '../../index.ts';

/** Models that do not chat, by what their names say. */
const NO_CHAT = /embed|rerank|whisper|tts|moderation|image|audio/i;

/**
 * The model of a provider to begin with: a preferred one, one that the provider serves where it says what. Undefined
 * where it serves none that chats.
 */
export function preferredModel(provider: string, served: readonly string[] | undefined): string | undefined {
  const preferred = (KNOWN_PROVIDERS[provider]?.endpoint?.preferredModels ?? []).map((name) => `${provider}/${name}`);
  if (served === undefined) return preferred[0];
  return preferred.find((name) => served.includes(name)) ?? served.find((name) => !NO_CHAT.test(name));
}
