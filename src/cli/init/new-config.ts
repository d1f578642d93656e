import { type BlenderConfig, KNOWN_PROVIDERS, type ListedProvider } from '../../index.ts';

/** A provider that can be used here, and a model of it. */
export interface FoundModel {
  readonly model: string;
  /** Why it can be used, as a clause without any key. */
  readonly reason: string;
  /** The package that has to be installed for it; undefined where it is. */
  readonly missingPackage: string | undefined;
}

/** One model for each provider that has its key in the environment, or runs on this machine. */
export function findModels(providers: readonly ListedProvider[]): readonly FoundModel[] {
  return providers.flatMap(({ name, keyVariable, models, baseURL, isInstalled, ...provider }) => {
    // Without a key only a server that answered is known to be there.
    if (keyVariable === undefined && (provider.needsKey || models === undefined)) return [];
    const model = preferredModel(name, models);
    if (model === undefined) return [];
    const reason = keyVariable === undefined ? `runs at ${baseURL}` : `key in ${keyVariable}`;
    return [{ model, reason, missingPackage: isInstalled ? undefined : provider.package }];
  });
}

/** Models that do not chat, by what their names say. */
const NO_CHAT = /embed|rerank|whisper|tts|moderation|image|audio/i;

/**
 * The model of a provider to begin with: a preferred one, one that the provider serves where it says what. Undefined
 * where it serves none that chats.
 */
function preferredModel(provider: string, served: readonly string[] | undefined): string | undefined {
  const preferred = (KNOWN_PROVIDERS[provider]?.endpoint?.preferredModels ?? []).map((name) => `${provider}/${name}`);
  if (served === undefined) return preferred[0];
  return preferred.find((name) => served.includes(name)) ?? served.find((name) => !NO_CHAT.test(name));
}

/** The model that is always there. */
const LOCAL_MODEL = 'local/smollm2-135m-instruct';

/** Name of the blend that `init` writes. */
const BLEND = 'main';

/** A configuration whose blend has one answer of each model, or three of the only one. */
export function suggestConfig(models: readonly string[]): BlenderConfig {
  const [only = LOCAL_MODEL, ...more] = models;
  const blend =
    more.length > 0
      ? { models }
      : { models: [only], samples: 3, ...(models.length === 0 ? { maxOutputTokens: 256 } : { temperature: 0.8 }) };
  return { blends: { [BLEND]: blend }, defaults: { blend: BLEND } };
}

/** Kinds of file that `init` writes. */
export const CONFIG_FORMATS = ['ts', 'json', 'yaml'] as const;

/** One of {@link CONFIG_FORMATS}. */
export type ConfigFormat = (typeof CONFIG_FORMATS)[number];

const INTRODUCTION =
  'Configuration of llm-blender. Keys stay in environment variables; the blend of `defaults` answers `llm-blender ask`.';

/** A configuration as the text of a file. `schema` is where the JSON schema lies, for editors, where it is known. */
export async function renderConfig(
  config: BlenderConfig,
  { format, schema }: { format: ConfigFormat; schema: string | undefined },
): Promise<string> {
  switch (format) {
    case 'json':
      return `${JSON.stringify({ ...(schema === undefined ? {} : { $schema: schema }), ...config }, undefined, 2)}\n`;
    case 'yaml': {
      const { stringify } = await import('yaml');
      const server = schema === undefined ? '' : `# yaml-language-server: $schema=${schema}\n`;
      return `${server}# ${INTRODUCTION}\n${stringify(config)}`;
    }
    case 'ts':
      // The type alone is imported, so that the file also loads where the package is not installed.
      return `import type { BlenderConfig } from 'llm-blender';\n\n/** ${INTRODUCTION} */\nexport default ${toSource(config)} satisfies BlenderConfig;\n`;
    default:
      return format satisfies never;
  }
}

/** An object as it is written in TypeScript: names of models hold no quotes. */
function toSource(config: BlenderConfig): string {
  return JSON.stringify(config, undefined, 2)
    .replace(/"(\w+)":/g, '$1:')
    .replaceAll('"', "'");
}
