import { fileURLToPath } from 'node:url';
import { type Command, Option } from 'commander';
import { availableCores } from '../../util/available-cores.ts';
import type { CliContext, RunAction } from '../cli-context.ts';
import { CommandError } from '../errors.ts';
import { collect, number, positiveInteger } from '../option-values.ts';
import { ENVIRONMENT_FLAGS } from '../shared-options.ts';
import { findPython, runTraining } from '../train/python.ts';

const SMALL = fileURLToPath(new URL('../../../models/small', import.meta.url));

interface TrainFlags {
  readonly data: readonly string[];
  readonly dev?: string;
  readonly base: string;
  readonly output: string;
  readonly epochs: number;
  readonly steps?: number;
  readonly seed: number;
  readonly python?: string;
}

/** `train`: a ranker of the user's own, from pairs with labels. */
export function addTrainCommand(program: Command, run: RunAction): void {
  const command = program
    .command('train')
    .summary('Train a ranker on your own pairs.')
    .description(
      'Trains a ranker on lines {instruction, input?, a, b, label}, label 1 = a is better, 0 = b is better, 0.5 = a tie; or with "margin", the log-odds that a is better. Leaves a folder for --ranker, with a report, drawn curves and the checkpoint in its folder run. The same command resumes a run that was stopped. Needs Python 3.11 or newer with PyTorch, and says how to get it.',
    )
    .addOption(
      new Option('--data <file>', 'JSONL with pairs, also .gz; may be repeated.')
        .argParser(collect)
        .makeOptionMandatory(),
    )
    .option('--dev <file>', 'Pairs to evaluate on. Default: a tenth of the instructions is held out.')
    .option(
      '--base <base>',
      'The ranker to start from: small, minilm (the bare encoder, free for any use), or a ranker folder.',
      'small',
    )
    .requiredOption('-o, --output <folder>', 'The folder to write.')
    .option('--epochs <n>', 'Passes over the data.', number({ min: 0.001, max: 1000 }), 3)
    .option('--steps <n>', 'Training steps, instead of --epochs.', positiveInteger)
    .option('--seed <n>', 'Random seed.', number({ min: 0, max: 2 ** 32 - 1, integer: true }), 1)
    .option('--python <path>', 'The Python to use. Default: python3, python or py -3.')
    .addHelpText(
      'after',
      `
Examples:
  $ llm-blender train --data pairs.jsonl --output my-ranker
  $ llm-blender rank --ranker my-ranker --input questions.jsonl`,
    )
    .action((flags: TrainFlags) => run((context) => train(flags, context)));
  ENVIRONMENT_FLAGS.declare(command);
}

async function train(
  { data, dev, base, output, epochs, steps, seed, python }: TrainFlags,
  { stdout, stderr, env, abortSignal }: CliContext,
): Promise<void> {
  const command = await findPython({ python, env, abortSignal });
  const settings = {
    base: base === 'small' ? SMALL : base,
    output,
    seed,
    threads: availableCores(),
    'dev-pairs': dev,
    ...(steps === undefined ? { epochs } : { steps }),
  };
  // With `=`, since a value may begin with a dash.
  const args = data.map((file) => `--pairs=${file}`);
  for (const [name, value] of Object.entries(settings)) if (value !== undefined) args.push(`--${name}=${value}`);
  const exitCode = await runTraining({ python: command, args, env, stderr, abortSignal });
  if (exitCode !== 0) {
    throw new CommandError(
      exitCode === null
        ? 'Training was killed, perhaps because memory ran out. The same command resumes from the last checkpoint, if there is one.'
        : 'Training failed; see the reason above.',
    );
  }
  await stdout.write(`${output}\n`);
}
