import type { Command } from 'commander';
import type { BlendOptions, BlendResult } from '../../index.ts';
import { AskState } from '../ask/ask-state.ts';
import { drawAsk } from '../ask/draw-ask.ts';
import { plainAskLine } from '../ask/plain-ask.ts';
import { summarize } from '../ask/summary.ts';
import { addBlenderFlags, type BlenderFlags } from '../blender-flags.ts';
import type { CliContext } from '../cli-context.ts';
import { type ExitCode, EXIT_CODES } from '../exit-code.ts';
import { addFusionOptions, type FusionFlags, toFusionSettings } from '../fusion-options.ts';
import { readQuestion } from '../io/read-question.ts';
import { openScreen, type Screen } from '../io/screen.ts';
import { PLAIN_COLUMNS, terminalSize } from '../io/terminal.ts';
import {
  aggregationOption,
  collect,
  confidenceOption,
  dollars,
  goalOption,
  integer,
  maxPairsOption,
  numberBetween,
  positiveInteger,
  rankerOption,
  secondsToMs,
  strategyOption,
} from '../option-values.ts';
import type { RunAction } from '../program.ts';
import { cleanText } from '../render/clean-text.ts';
import { wrapAnswer } from '../render/fit-width.ts';
import { ModelProgressTracker } from '../render/model-progress.ts';
import { toJson } from '../render/to-json.ts';
import { withBlender } from '../with-blender.ts';

/** Flags with the names of the options. */
type PlainFlags = Pick<
  BlendOptions,
  | 'blend'
  | 'samples'
  | 'topK'
  | 'strategy'
  | 'goal'
  | 'confidence'
  | 'maxPairs'
  | 'temperature'
  | 'topP'
  | 'seed'
  | 'system'
  | 'fusion'
  | 'maxCalls'
  | 'maxCost'
>;

interface AskFlags extends BlenderFlags, PlainFlags, FusionFlags {
  readonly model?: readonly string[];
  readonly ranker?: string;
  readonly fuser?: string;
  readonly checkRanker?: string;
  readonly aggregation?: Exclude<BlendOptions['aggregation'], (...args: never) => unknown>;
  readonly maxTokens?: number;
  readonly timeout?: number;
  readonly totalTimeout?: number;
  readonly json?: boolean;
  readonly explain?: boolean;
}

/** `ask`: one question, one better answer. */
export function addAskCommand(program: Command, run: RunAction): void {
  const command = program
    .command('ask')
    .summary('Ask several models and get one better answer.')
    .description(
      'Asks several models, compares their answers in pairs, fuses the best, and prints the better of the fused and the best answer. Without options everything runs on this machine.',
    )
    .argument('[question]', 'The question. "-", or nothing where text is piped in, reads standard input.')
    .option(
      '--blend <name>',
      'A named blend, whose settings apply where no option is given: local, gemma-gemini, paper, or one of the configuration. Default: that of the configuration, else local.',
    )
    .option(
      '--model <model>',
      'A model to ask, such as google/gemini-2.5-flash (see models list); may be repeated.',
      collect,
    )
    .option('--samples <n>', 'How often to ask each model.', positiveInteger)
    .option('--top-k <k>', 'How many of the best answers to fuse. Default: 3.', positiveInteger)
    .addOption(rankerOption())
    .option('--fuser <model>', 'The model that writes the fused answer. Default: that of the best answer.')
    .option('--fusion', 'Fuse, also where the blend says otherwise.')
    .option('--no-fusion', 'Do not fuse: the best candidate is the answer.');
  addFusionOptions(command)
    .option('--check-ranker <ranker>', 'What compares the fused answer with the best one. Default: that of --ranker.')
    .addOption(strategyOption())
    .addOption(aggregationOption())
    .addOption(goalOption())
    .addOption(confidenceOption())
    .addOption(maxPairsOption())
    .option('--temperature <t>', 'How freely the models write: 0 = always the likeliest word.', numberBetween(0, 10))
    .option('--top-p <p>', 'Nucleus sampling, between 0 and 1.', numberBetween(0, 1))
    .option('--max-tokens <n>', 'Most tokens of each answer.', positiveInteger)
    .option('--seed <n>', 'Seed of the sampling; sample k gets seed + k - 1.', integer)
    .option('--timeout <seconds>', 'Longest wait for one answer. Default: 120.', secondsToMs)
    .option(
      '--total-timeout <seconds>',
      'Longest time for everything; the best so far is then the answer.',
      secondsToMs,
    )
    .option('--max-calls <n>', 'Most requests to models; the best so far is then the answer.', positiveInteger)
    .option('--max-cost <dollars>', 'Most US dollars; the best so far is then the answer.', dollars)
    .option('--system <text>', 'A system message for the models.')
    .option('--explain', 'Tell how the ranking came about, as a table behind that of the candidates.')
    .option('--json', 'Print the whole result as one JSON object instead of the answer.')
    .addHelpText(
      'after',
      `
Examples:
  $ llm-blender ask "What is the best thing about Kaggle?"
  $ llm-blender ask "Why is the sky blue?" --samples 5 --temperature 0.9 --seed 1
  $ cat question.txt | llm-blender ask --json | jq .decisionReason`,
    )
    .action((question: string | undefined, flags: AskFlags) => run((context) => ask(question, flags, context)));
  addBlenderFlags(command);
}

async function ask(argument: string | undefined, flags: AskFlags, context: CliContext): Promise<ExitCode> {
  const { stdout, colors } = context;
  const prompt = await readQuestion(argument, context);
  const result = await blendOnScreen({ ...toBlendOptions(flags), prompt }, context, {
    explain: flags.explain ?? false,
    flags,
  });
  if (flags.json === true) await stdout.write(`${toJson(result)}\n`);
  else {
    if (stdout.isTerminal && context.live) context.stderr.write(`${colors.dim('─'.repeat(20))}\n`);
    const text = stdout.isTerminal
      ? wrapAnswer(cleanText(result.text), terminalSize(stdout.stream).columns)
      : result.text;
    await stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  }
  return EXIT_CODES.done;
}

function toBlendOptions({
  model,
  maxTokens,
  timeout,
  totalTimeout,
  json: _json,
  explain: _explain,
  config: _config,
  cache: _cache,
  verbose: _verbose,
  trace: _trace,
  hideRanks,
  ...flags
}: AskFlags): BlendOptions {
  return {
    ...flags,
    ...toFusionSettings({ ...flags, hideRanks }),
    models: model,
    maxOutputTokens: maxTokens,
    timeoutMs: timeout,
    totalTimeoutMs: totalTimeout,
  };
}

/** Runs the blend and shows it: drawn on a terminal, as lines elsewhere. */
async function blendOnScreen(
  options: BlendOptions,
  context: CliContext,
  { explain, flags }: { explain: boolean; flags: BlenderFlags },
): Promise<BlendResult> {
  const { stderr, live, colors, abortSignal } = context;
  const state = new AskState();
  const tracker = new ModelProgressTracker();
  const startedAt = performance.now();
  using screen = openScreen({
    stream: stderr,
    live,
    draw: ({ columns, rows }) =>
      drawAsk(state, {
        columns,
        rows,
        now: performance.now(),
        startedAt,
        progressLines: tracker.lines(columns),
        colors,
      }),
  });
  const note = (text: string | undefined) => {
    if (text !== undefined) screen.note(text);
  };
  // Awaited here, so that the screen stays open meanwhile.
  return await withBlender(
    context,
    { flags, onProgress: (progress) => note(tracker.apply(progress, screen)), note },
    async (blender) => {
      for await (const part of blender.streamBlend({ ...options, abortSignal })) {
        const now = performance.now();
        state.apply(part, now);
        if (!screen.live) note(plainAskLine(part, state, now));
        if (part.type === 'blend-end') {
          screen.end();
          showSummary(part.result, screen, context, { explain });
          return part.result;
        }
      }
      throw new Error('The blend ended without a result.');
    },
  );
}

function showSummary(
  result: BlendResult,
  screen: Screen,
  { stderr, live, colors }: CliContext,
  { explain }: { explain: boolean },
): void {
  const columns = live ? terminalSize(stderr).columns - 1 : PLAIN_COLUMNS;
  const summary = summarize(result, { columns, explain, told: live ? [] : ['generate'] });
  const { table, explanation, warnings, outcome } = summary;
  for (const [index, line] of table.entries()) screen.note(line, index === 0 ? colors.dim : undefined);
  for (const line of explanation) screen.note(line);
  for (const line of warnings) screen.note(line, colors.yellow);
  const [decision = '', ...rest] = outcome;
  screen.note(decision, colors.bold);
  for (const line of rest) screen.note(line, colors.dim);
}
