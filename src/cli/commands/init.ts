import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Command, Option } from 'commander';
import { CONFIG_NAMES, InvalidArgumentError, listProviders } from '../../index.ts';
import type { CliContext, RunAction } from '../cli-context.ts';
import {
  findModels,
  type FoundModel,
  CONFIG_FORMATS,
  type ConfigFormat,
  renderConfig,
  suggestConfig,
} from '../init/new-config.ts';
import { flagGroup, type Given, withFlags } from '../flag-groups.ts';
import { ENVIRONMENT_FLAGS, QUIET_FLAGS } from '../shared-options.ts';
import { oneLine, tableLines } from '../render/text.ts';

interface InitFlags {
  readonly format?: ConfigFormat;
  readonly force?: boolean;
}

const INIT_FLAGS = flagGroup<InitFlags>((command) =>
  command
    .addOption(
      new Option('--format <format>', 'Kind of file. Default: ts in a package, else yaml.').choices(CONFIG_FORMATS),
    )
    .option('--force', 'Replace the file where there is one.'),
);

/** `init`: a configuration for what this machine can use. */
export function addInitCommand(program: Command, run: RunAction): void {
  const command = program
    .command('init')
    .summary('Write a configuration for the keys and servers found here.')
    .description(
      'Writes blender.config.FORMAT into the working directory, with a blend of the models that can be used here: those of providers whose key is in the environment, and of Ollama and LM Studio where they run; without any, the embedded model. No key is ever written. The path goes to standard output.',
    )
    .addHelpText('after', '\nExamples:\n  $ llm-blender init\n  $ llm-blender init --format json --force');
  withFlags(command, INIT_FLAGS, QUIET_FLAGS, ENVIRONMENT_FLAGS).action((flags) =>
    run((context) => init(flags, context)),
  );
}

async function init({ format, force = false }: Given<InitFlags>, context: CliContext): Promise<void> {
  const { stdout, stderr, env, abortSignal } = context;
  const folder = process.cwd();
  const manifest = findManifest(folder);
  const kind = format ?? (manifest === undefined ? 'yaml' : 'ts');
  const path = join(folder, `blender.config.${kind === 'ts' ? moduleExtension(manifest) : kind}`);
  refuseOthers(folder, path, { force });
  const found = findModels(await listProviders({ env, abortSignal }));
  const text = await renderConfig(suggestConfig(found.map(({ model }) => model)), {
    format: kind,
    schema: findSchema(folder),
  });
  // Not over a file that has come meanwhile.
  await writeFile(path, text, { flag: force ? 'w' : 'wx' });
  stderr.write(report(found));
  await stdout.write(`${path}\n`);
}

/** The nearest `package.json`, which says what a file in TypeScript is. */
function findManifest(folder: string): string | undefined {
  const path = join(folder, 'package.json');
  if (existsSync(path)) return path;
  return dirname(folder) === folder ? undefined : findManifest(dirname(folder));
}

/** In a package that does not say that it is made of ES modules, the extension has to. */
function moduleExtension(manifest: string | undefined): 'ts' | 'mts' {
  if (manifest === undefined) return 'ts';
  const { type }: { readonly type?: unknown } = JSON.parse(readFileSync(manifest, 'utf8'));
  return type === 'module' ? 'ts' : 'mts';
}

/** A folder has one configuration; an existing one is never replaced without --force. */
function refuseOthers(folder: string, path: string, { force }: { force: boolean }): void {
  for (const existing of CONFIG_NAMES.map((name) => join(folder, name)).filter((name) => existsSync(name))) {
    if (existing === path && force) continue;
    throw new InvalidArgumentError({
      parameter: 'configuration',
      value: existing,
      message:
        existing === path ? 'it is there already; --force replaces it.' : 'it is there already; remove it first.',
    });
  }
}

/** The JSON schema of a package that is installed in the folder. */
function findSchema(folder: string): string | undefined {
  const path = 'node_modules/llm-blender/schema/blender.config.schema.json';
  return existsSync(join(folder, path)) ? `./${path}` : undefined;
}

function report(found: readonly FoundModel[]): string {
  const missing = [...new Set(found.flatMap(({ missingPackage }) => missingPackage ?? []))];
  const lines = [
    found.length === 0
      ? 'Found no key in the environment and no server on this machine; the embedded model is used.'
      : 'Found:',
    ...(found.length === 0
      ? []
      : tableLines(found.map(({ model, reason }) => [`  ${oneLine(model)}`, oneLine(reason)]))),
    ...(missing.length === 0 ? [] : [`Install their packages: npm install ${missing.join(' ')}`]),
    'Try it: llm-blender ask "What is the best thing about Kaggle?"',
  ];
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}
