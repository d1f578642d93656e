import type { Command } from 'commander';
import type { ModelProgress } from '../../index.ts';
import type { CliContext, RunAction } from '../cli-context.ts';
import { flagGroup, type Given, withFlags } from '../flag-groups.ts';
import { keyFile } from '../io/data-folder.ts';
import { openPlainScreen } from '../io/screen.ts';
import { collect, explain, number, oneOf, positiveInteger, secondsToMs } from '../option-values.ts';
import { ModelProgressTracker } from '../render/model-progress.ts';
import { BLENDER_FLAGS, type BlenderFlags } from '../shared-options.ts';
import { jsonLog, textLog } from '../serve/server-log.ts';
import { withBlender } from '../with-blender.ts';

interface ServeFlags {
  readonly host?: string;
  readonly port?: number;
  readonly allowHost?: readonly string[];
  readonly concurrency?: number;
  readonly reports?: readonly string[];
  /** In milliseconds. */
  readonly grace?: number;
  /** False with `--no-task-model`. */
  readonly taskModel?: string | false;
  readonly logFormat?: keyof typeof LOG_FORMATS;
  /** False with `--no-progress`. */
  readonly progress?: boolean;
}

const LOG_FORMATS = {
  text: 'a line for people',
  json: 'an object a line, with the time',
} as const;

/** How to serve. */
export const SERVE_FLAGS = flagGroup<ServeFlags>((command) =>
  command
    .option('--host <host>', 'The address to listen on. Any that others reach needs keys. Default: 127.0.0.1.')
    .option(
      '--port <port>',
      'The port; 0 takes any that is free. Default: 8787.',
      number({ min: 0, max: 65_535, integer: true }),
    )
    .option(
      '--allow-host <name>',
      'A name by which clients call the server, such as that of a proxy before it, with a port or for any; may be repeated.',
      collect,
    )
    .option(
      '--concurrency <n>',
      'How many requests are answered at the same time; more get 429. Default: 32.',
      positiveInteger,
    )
    .option(
      '--reports <folder>',
      'Show runs of evaluate and jobs of batch in the page, read-only: the folder of one, or a folder that has theirs in it; may be repeated.',
      collect,
    )
    .option(
      '--grace <seconds>',
      'For how long what runs in a session goes on when its client has left; then it is stopped. Default: 30.',
      secondsToMs,
    )
    .option(
      '--task-model <model>',
      'The model for titles, tags and the like that chat pages ask for. Default: the first member of the blend.',
    )
    .option('--no-task-model', 'Have the blend itself answer these.')
    .option(
      '--log-format <name>',
      `How the log is written: ${explain(LOG_FORMATS)}. Default: text.`,
      oneOf(LOG_FORMATS),
    )
    .option('--no-progress', 'Do not tell the steps of a blend as reasoning_content in streams.'),
);

/** `serve`: blends over HTTP. */
export function addServeCommand(program: Command, run: RunAction): void {
  const command = program
    .command('serve')
    .summary('Serve blends over HTTP, as OpenAI serves its models.')
    .description(
      'Serves the blends of the configuration and their members over the API of OpenAI: chat completions, also streamed, and reranking. Without blends in a configuration it serves local, on this machine alone. Ctrl-C ends it once what runs is answered, and a second one at once.',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ llm-blender serve
  $ llm-blender serve --port 8080 --config blender.config.yaml
  $ llm-blender keys create phone && llm-blender serve --host 0.0.0.0 --allow-host blend.example.com`,
    );
  withFlags(command, SERVE_FLAGS, BLENDER_FLAGS).action((flags) => run((context) => serve(flags, context)));
}

/** Serves until it is told to end. */
export async function serve(
  flags: Given<ServeFlags & BlenderFlags>,
  context: CliContext,
  { onListen }: { onListen?: (url: string) => void } = {},
): Promise<void> {
  const { stderr, errors, abortSignal, env } = context;
  // Loaded here, so that no other command waits for it.
  const { KeyStore, startServer } = await import('../../server/index.ts');
  const { host, port, allowHost, concurrency, reports, grace, taskModel, progress, logFormat } = flags;
  const log = logFormat === 'json' ? jsonLog(stderr, errors) : textLog(stderr, errors);
  let onModels = (_progress: ModelProgress): void => {};
  const use = {
    flags,
    screen: openPlainScreen(context),
    tracker: new ModelProgressTracker(),
    onModels: (loading: ModelProgress) => onModels(loading),
  };
  await withBlender(context, use, async (blender, config) => {
    const server = await startServer({
      blender,
      config,
      host,
      port,
      allowedHosts: allowHost,
      limits: { concurrency },
      reports,
      sessions: { graceMs: grace },
      taskModel,
      showProgress: progress,
      env,
      onModels: (listener) => {
        onModels = listener;
      },
      keys: new KeyStore(keyFile(env)),
      onRequest: log.request,
      onError: log.error,
    });
    log.listening(server);
    onListen?.(server.url);
    await aborted(abortSignal);
    if (server.running > 0) {
      log.draining(server.running);
    }
    await server.close();
  });
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
