import type { BlenderConfig } from '../../index.ts';

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
