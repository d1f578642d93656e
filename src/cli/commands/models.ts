import type { Command } from 'commander';
import { listProviders } from '../../index.ts';
import { listWeights, locateWeights, removeWeights, resolveWeights } from '../../weights/index.ts';
import { flagGroup, type Given, withFlags } from '../flag-groups.ts';
import { CONFIG_FLAGS, type ConfigFlags, ENVIRONMENT_FLAGS, QUIET_FLAGS } from '../shared-options.ts';
import { readConfiguration } from '../with-blender.ts';
import type { CliContext, RunAction } from '../cli-context.ts';
import { CommandError, EXIT_CODES } from '../errors.ts';
import { openScreen } from '../io/screen.ts';
import { terminalSize } from '../io/terminal.ts';
import { modelsTable, providerTable } from '../models/listing.ts';
import { oneLine } from '../render/text.ts';
import { formatBytes } from '../render/format.ts';
import { ModelProgressTracker } from '../render/model-progress.ts';
import { toJson } from '../../records/index.ts';

interface ListFlags {
  readonly json?: boolean;
}

const LIST_FLAGS = flagGroup<ListFlags>((command) =>
  command.option('--json', 'Print JSON: a list of objects, whose type is weights or provider.'),
);

type AllListFlags = Given<ListFlags & ConfigFlags>;

const NAMES = 'A name from the list, with or without local/, or hf:OWNER/REPO/FILE.gguf.';

/** `models`: the weights on this machine, and the providers of other models. */
export function addModelsCommand(program: Command, run: RunAction): void {
  const models = program
    .command('models')
    .summary('List, fetch, find and remove the weights of local models.')
    .description(
      'The weights of models that run on this machine: what there is, where it is, and getting and removing it.',
    )
    .helpCommand('help [command]', 'Print the help of a command.')
    .addHelpText(
      'after',
      `
Examples:
  $ llm-blender models list
  $ llm-blender models fetch smollm2-135m-instruct

Weights from Hugging Face are kept in its cache, which Python shares (HF_HOME), all others in the folder
LLM_BLENDER_CACHE; a folder with files of your own is named by LLM_BLENDER_MODELS.`,
    );
  const listing = models
    .command('list')
    .description(
      'Lists the models that run here and have a name, everything in the cache, and the providers of other models: where their keys come from and what they serve.',
    )
    .argument('[provider]', 'List every model of this provider instead, one a line.')
    .addHelpText('after', '\nExamples:\n  $ llm-blender models list\n  $ llm-blender models list --json');
  withFlags(listing, LIST_FLAGS, CONFIG_FLAGS).action((flags, provider: string | undefined) =>
    run((context) => (provider === undefined ? list(flags, context) : listServed(provider, flags, context))),
  );
  const fetching = models
    .command('fetch')
    .description('Fetches weights into the cache, checks them, and prints where they are.')
    .argument('<name...>', NAMES)
    .addHelpText('after', '\nExample:\n  $ llm-blender models fetch smollm2-135m-instruct');
  withFlags(fetching, QUIET_FLAGS, ENVIRONMENT_FLAGS).action((_, names: readonly string[]) =>
    run((context) => fetchAll(names, context)),
  );
  const locating = models
    .command('path')
    .description('Prints the path of the weights on this machine, and nothing else.')
    .argument('<name>', NAMES)
    .addHelpText('after', '\nExample:\n  $ ls -l "$(llm-blender models path smollm2-135m-instruct)"');
  withFlags(locating, ENVIRONMENT_FLAGS).action((_, name: string) => run((context) => path(name, context)));
  const removing = models
    .command('remove')
    .description(
      'Removes weights that were downloaded. Files of your own and those that Python downloaded are never touched.',
    )
    .argument('<name...>', NAMES)
    .addHelpText('after', '\nExample:\n  $ llm-blender models remove smollm2-135m-instruct');
  withFlags(removing, QUIET_FLAGS, ENVIRONMENT_FLAGS).action((_, names: readonly string[]) =>
    run((context) => removeAll(names, context)),
  );
}

async function list({ json, ...flags }: AllListFlags, { stdout, env, abortSignal }: CliContext): Promise<void> {
  const { providers: configured } = await readConfiguration(flags, { env });
  const [models, providers] = await Promise.all([
    listWeights({ env }),
    listProviders({ providers: configured, env, abortSignal }),
  ]);
  if (json === true) {
    const entries = [
      ...models.map((model) => ({ type: 'weights', ...model })),
      ...providers.map((provider) => ({ type: 'provider', ...provider })),
    ];
    await stdout.write(`${toJson(entries)}\n`);
  } else {
    const columns = stdout.isTerminal ? terminalSize(stdout.stream).columns : undefined;
    const lines = [...modelsTable(models, columns), '', ...providerTable(providers, columns)];
    await stdout.write(`${lines.join('\n')}\n`);
  }
}

async function listServed(
  name: string,
  { json, ...flags }: AllListFlags,
  { stdout, env, abortSignal }: CliContext,
): Promise<void> {
  const { providers: configured } = await readConfiguration(flags, { env });
  const providers = await listProviders({ providers: configured, env, abortSignal, ask: name });
  const provider = providers.find((listed) => listed.name === name);
  if (provider === undefined) {
    const names = providers.map((listed) => listed.name).join(', ');
    throw new CommandError(`Unknown provider ${JSON.stringify(name)}: expected one of ${names}.`, {
      exitCode: EXIT_CODES.usage,
    });
  }
  const { models, problem, keyVariables } = provider;
  if (models === undefined) {
    throw new CommandError(
      problem === undefined
        ? `${name} needs a key: set the environment variable ${keyVariables.join(' or ')}.`
        : `${name} does not say what it serves: ${problem}.`,
    );
  }
  await stdout.write(json === true ? `${toJson(models)}\n` : models.map((model) => `${oneLine(model)}\n`).join(''));
}

async function fetchAll(
  names: readonly string[],
  { stdout, stderr, env, live, abortSignal }: CliContext,
): Promise<void> {
  const references = names.map(toReference);
  // An unknown name is reported before gigabytes of another are fetched.
  for (const reference of references) await locateWeights({ reference, env });
  const tracker = new ModelProgressTracker();
  using screen = openScreen({ stream: stderr, live, draw: ({ columns }) => tracker.lines(columns) });
  const paths: string[] = [];
  for (const reference of references) {
    const { path: fetched } = await resolveWeights({
      reference,
      env,
      abortSignal,
      onProgress: (progress) => screen.note(tracker.apply(progress, screen)),
    });
    paths.push(fetched);
  }
  screen.end();
  await stdout.write(paths.map((fetched) => `${fetched}\n`).join(''));
}

async function path(name: string, { stdout, env }: CliContext): Promise<void> {
  const found = await locateWeights({ reference: toReference(name), env });
  if (found === undefined) {
    throw new CommandError(
      `The weights of ${name} are not on this machine. Fetch them with: llm-blender models fetch ${name}`,
    );
  }
  await stdout.write(`${found}\n`);
}

async function removeAll(names: readonly string[], { stderr, env, abortSignal }: CliContext): Promise<void> {
  const references = names.map(toReference);
  for (const reference of references) await locateWeights({ reference, env });
  for (const reference of references) {
    const { bytes, kept } = await removeWeights({ reference, env, abortSignal });
    if (bytes > 0) stderr.write(`${reference}: removed, ${formatBytes(bytes)} freed\n`);
    else if (kept.length === 0) stderr.write(`${reference}: there was nothing to remove\n`);
    for (const file of kept) {
      stderr.write(
        `${reference}: left ${oneLine(file)}, which was not downloaded by llm-blender or is in use elsewhere\n`,
      );
    }
  }
}

/** Names are shown as they are written everywhere else. */
function toReference(name: string): string {
  return name.startsWith('local/') ? name : `local/${name}`;
}
