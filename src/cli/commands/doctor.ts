import { cpus, totalmem } from 'node:os';
import type { Command } from 'commander';
import { listProviders } from '../../index.ts';
import { availableCores } from '../../util/available-cores.ts';
import { listWeights, resolveCacheDirectory } from '../../weights/index.ts';
import type { CliContext, RunAction } from '../cli-context.ts';
import {
  type CheckResult,
  checkCache,
  checkConfig,
  checkHub,
  checkKeys,
  checkCores,
  checkMemory,
  checkNode,
  checkProviders,
  checkPython,
  checkWeights,
  renderChecks,
} from '../doctor/checks.ts';
import { checkRuntime } from '../doctor/check-runtime.ts';
import { type ExitCode, EXIT_CODES } from '../errors.ts';
import { colorsFor, PLAIN_COLUMNS, terminalSize } from '../io/terminal.ts';
import { readPackageInfo } from '../package-info.ts';
import { toJson } from '../../records/index.ts';

/** `doctor`: what runs here, and how to get what is missing. */
export function addDoctorCommand(program: Command, run: RunAction): void {
  program
    .command('doctor')
    .summary('Check what runs on this machine and how to get what is missing.')
    .description(
      'Checks what runs on this machine and says how to get what is missing. Exit code 0 where the main job can run, else 1.',
    )
    .option('--json', 'Print JSON: { ok, checks }.')
    .addHelpText('after', '\nExample:\n  $ llm-blender doctor')
    .action((flags: { readonly json?: boolean }) => run((context) => doctor(flags, context)));
}

async function doctor({ json }: { readonly json?: boolean }, context: CliContext): Promise<ExitCode> {
  const { stdout, env } = context;
  const checks = await runChecks(context);
  const ok = checks.every(({ status }) => status !== 'fail');
  if (json === true)
    await stdout.write(`${toJson({ ok, checks: checks.map((check) => ({ help: undefined, ...check })) })}\n`);
  else {
    const columns = stdout.isTerminal ? terminalSize(stdout.stream).columns - 1 : PLAIN_COLUMNS;
    const lines = renderChecks(checks, { columns, colors: colorsFor(stdout.stream, env) });
    const verdict = ok ? 'Local models can run here.' : 'Local models cannot run here yet.';
    await stdout.write(`${lines.join('\n')}\n\n${verdict}\n`);
  }
  return ok ? EXIT_CODES.done : EXIT_CODES.failed;
}

/** All checks, those that take time beside one another. */
async function runChecks({ env, abortSignal }: CliContext): Promise<readonly CheckResult[]> {
  const endpoint = env['HF_ENDPOINT']?.trim() || 'https://huggingface.co';
  const { check: configuration, config } = await checkConfig(env);
  const [runtime, rankerRuntime, python, hub, cache, models, providers] = await Promise.all([
    checkRuntime('node-llama-cpp', { env, abortSignal }),
    checkRuntime('onnxruntime-node', { env, abortSignal }),
    checkPython({ env, abortSignal }),
    checkHub({ endpoint, abortSignal }),
    checkCache(resolveCacheDirectory({ env })),
    listWeights({ env }),
    listProviders({ providers: config.providers, env, abortSignal }),
  ]);
  const canFetch = cache.status !== 'fail' && (hub.status === 'ok' || python.status === 'ok');
  return [
    checkNode({ version: process.versions.node, engines: readPackageInfo().engines.node }),
    runtime,
    rankerRuntime,
    checkCores({ countUsable: availableCores, present: cpus().length }),
    checkMemory({ availableBytes: process.availableMemory(), totalBytes: totalBytes() }),
    cache,
    checkWeights(models, { canFetch }),
    hub,
    python,
    configuration,
    checkKeys(env),
    checkProviders(providers),
  ];
}

/** Memory of the machine, or of the container where that is less. No limit is reported as 0 or as an absurdly high one. */
function totalBytes(): number {
  return Math.min(totalmem(), process.constrainedMemory() || Infinity);
}
