import { cpus, totalmem } from 'node:os';
import type { Command } from 'commander';
import { InvalidArgumentError, listProviders } from '../../index.ts';
import { availableCores } from '../../util/available-cores.ts';
import { listWeights, resolveCacheDirectory } from '../../weights/index.ts';
import type { CliContext, RunAction } from '../cli-context.ts';
import {
  type CheckResult,
  checkBetterModel,
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
import { colorsFor, lineColumns } from '../io/terminal.ts';
import { readPackageInfo } from '../package-info.ts';
import { recordModel } from '../record/record-model.ts';
import { formatCount } from '../render/format.ts';
import { padEnd, shortLine } from '../render/text.ts';
import { flagGroup, type Given, withFlags } from '../flag-groups.ts';
import { CONFIG_FLAGS, type ConfigFlags } from '../shared-options.ts';
import { toJson } from '../../records/index.ts';

interface DoctorFlags {
  readonly json?: boolean;
  readonly record?: string;
  readonly model?: string;
  readonly question?: string;
  readonly hideQuestion?: boolean;
}

const DOCTOR_FLAGS = flagGroup<DoctorFlags>((command) =>
  command
    .option('--json', 'Print JSON: { ok, checks }, with --record { steps, exchanges }.')
    .option(
      '--record <file>',
      'Ask the model of --model a question and for a comparison, and write what goes over the wire to a file, for a bug report. Keys, cookies, ids and e-mail addresses become x’s.',
    )
    .option('-m, --model <model>', 'The model to record, such as ollama/gemma3.')
    .option('--question <text>', 'The question to record. Default: one about colours.')
    .option('--hide-question', 'Write x’s for the question.'),
);

type AllDoctorFlags = Given<DoctorFlags & ConfigFlags>;

/** `doctor`: what runs here, and how to get what is missing. */
export function addDoctorCommand(program: Command, run: RunAction): void {
  const command = program
    .command('doctor')
    .summary('Check what runs on this machine and how to get what is missing.')
    .description(
      'Checks what runs on this machine and says how to get what is missing. Exit code 0 where the main job can run, else 1.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ llm-blender doctor\n  $ llm-blender doctor --record odd.http --model ollama/gemma3',
    );
  withFlags(command, DOCTOR_FLAGS, CONFIG_FLAGS).action((flags) =>
    run((context) => {
      const { record } = flags;
      if (record !== undefined) return recordWire({ ...flags, record }, context);
      checkUnrecorded(flags);
      return doctor(flags, context);
    }),
  );
}

async function doctor({ json, config }: AllDoctorFlags, context: CliContext): Promise<ExitCode> {
  const { stdout, env } = context;
  const checks = await runChecks(context, config);
  const ok = checks.every(({ status }) => status !== 'fail');
  if (json === true)
    await stdout.write(`${toJson({ ok, checks: checks.map((check) => ({ help: undefined, ...check })) })}\n`);
  else {
    const columns = lineColumns(stdout.stream);
    const lines = renderChecks(checks, { columns, colors: colorsFor(stdout.stream, env) });
    const verdict = ok ? 'Local models can run here.' : 'Local models cannot run here yet.';
    await stdout.write(`${lines.join('\n')}\n\n${verdict}\n`);
  }
  return ok ? EXIT_CODES.done : EXIT_CODES.failed;
}

/** @throws InvalidArgumentError for an option that has no meaning without a recording. */
function checkUnrecorded({ model, question, hideQuestion }: AllDoctorFlags): void {
  const given = Object.entries({ '--model': model, '--question': question, '--hide-question': hideQuestion });
  const first = given.find(([, value]) => value !== undefined);
  if (first === undefined) return;
  throw new InvalidArgumentError({
    parameter: first[0],
    value: first[1],
    message: 'it is allowed only with --record.',
  });
}

/** Done once the file is written, whatever the model answered. */
async function recordWire(flags: AllDoctorFlags & { readonly record: string }, context: CliContext): Promise<void> {
  const result = await recordModel(flags, context);
  if (flags.json === true) return context.stdout.write(`${toJson(result)}\n`);
  const steps = result.steps.map(
    ({ name, isDone, detail }) => padEnd(name, 12) + shortLine(isDone ? detail : `failed: ${detail}`),
  );
  const written = `Wrote ${flags.record} (${formatCount(result.exchanges, 'request')}). Keys, cookies, ids and e-mail addresses are x’s in it; read it before you pass it on.`;
  await context.stdout.write(`${steps.join('\n')}\n\n${written}\n`);
}

/** All checks, those that take time beside one another. */
async function runChecks(
  { env, abortSignal }: CliContext,
  named: string | false | undefined,
): Promise<readonly CheckResult[]> {
  const endpoint = env['HF_ENDPOINT']?.trim() || 'https://huggingface.co';
  const { check: configuration, config } = await checkConfig(env, named);
  const [runtime, rankerRuntime, python, hub, cache, models, providers] = await Promise.all([
    checkRuntime('node-llama-cpp', { env, abortSignal }),
    checkRuntime('onnxruntime-node', { env, abortSignal }),
    checkPython({ env, abortSignal }),
    checkHub({ endpoint, abortSignal }),
    checkCache(resolveCacheDirectory({ env })),
    listWeights({ env }),
    listProviders({ providers: config.providers, env, abortSignal }),
  ]);
  const availableBytes = process.availableMemory();
  const canFetch = cache.status !== 'fail' && (hub.status === 'ok' || python.status === 'ok');
  return [
    checkNode({ version: process.versions.node, engines: readPackageInfo().engines.node }),
    runtime,
    rankerRuntime,
    checkCores({ countUsable: availableCores, present: cpus().length }),
    checkMemory({ availableBytes, totalBytes: totalBytes() }),
    cache,
    checkWeights(models, { canFetch }),
    checkBetterModel(models, { availableBytes }),
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
