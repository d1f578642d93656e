import { type Command, Option } from 'commander';
import { type BlendOptions, type BlendPart, type BlendResult, INITIAL_BLEND_STATE, reduceBlend } from '../../index.ts';
import { readSchema } from '../ask/read-schema.ts';
import { type ConversationFlags, openConversation } from '../ask/open-conversation.ts';
import { drawAsk } from '../ask/draw-ask.ts';
import { plainAskLine } from '../ask/plain-ask.ts';
import { readQuestion } from '../ask/question.ts';
import { summarize } from '../ask/summary.ts';
import { withBlender } from '../with-blender.ts';
import type { CliContext, RunAction } from '../cli-context.ts';
import { flagGroup, type Given, withFlags } from '../flag-groups.ts';
import {
  BLENDER_FLAGS,
  type BlenderFlags,
  FUSION_FLAGS,
  type FusionFlags,
  RANKING_FLAGS,
  type RankingFlags,
  toFusionSettings,
  toRankSettings,
} from '../shared-options.ts';
import { openPlainScreen, openScreen, type Screen } from '../io/screen.ts';
import { lineColumns, terminalSize } from '../io/terminal.ts';
import { collect, dollars, integer, number, positiveInteger, secondsToMs } from '../option-values.ts';
import { cleanText, wrapAnswer } from '../render/text.ts';
import { estimateText } from '../render/estimate-text.ts';
import { ModelProgressTracker } from '../render/model-progress.ts';
import { toJson } from '../../records/index.ts';

/** Flags named like the options of `blend`. */
type QuestionName = 'blend' | 'samples' | 'topK' | 'fusion';
type SettingName = 'temperature' | 'topP' | 'seed' | 'maxCalls' | 'maxCost';

interface QuestionFlags extends Omit<ConversationFlags, 'system'>, Pick<BlendOptions, QuestionName> {
  readonly model?: readonly string[];
  readonly attach?: readonly string[];
  readonly fuser?: string;
}

interface SettingFlags extends Pick<ConversationFlags, 'system'>, Pick<BlendOptions, SettingName> {
  readonly checkRanker?: string;
  readonly maxTokens?: number;
  readonly timeout?: number;
  readonly totalTimeout?: number;
  readonly schema?: string;
  readonly json?: boolean;
  readonly explain?: boolean;
  readonly estimate?: boolean;
}

/** Flags of `ask`. */
export type AskFlags = Given<QuestionFlags & SettingFlags & BlenderFlags & RankingFlags & FusionFlags>;

/** What is asked, of which models, and which of them fuses. */
const QUESTION_FLAGS = flagGroup<QuestionFlags>((command) =>
  command
    .option(
      '--blend <name>',
      'A named blend, for the settings that no option gives: local, gemma-gemini, paper, or one of the configuration. Default: that of the configuration, else local.',
    )
    .option(
      '-m, --model <model>',
      'A model to ask, such as google/gemini-2.5-flash (see models list); may be repeated.',
      collect,
    )
    .option(
      '--attach <file>',
      'A file that belongs to the question: an image, PDF, audio (up to 20 MB) or text (up to 1 MB); may be repeated. A model that takes no such file reads its name, and a warning says so.',
      collect,
    )
    .option('-n, --samples <n>', 'Answers to sample from each model.', positiveInteger)
    .option('-k, --top-k <k>', 'How many of the best candidates to fuse. Default: 3.', positiveInteger)
    .option('-c, --continue', 'Continue the conversation that was used last; the first time, start one.')
    .option('--conversation <name>', 'Continue the conversation of this name, or start it.')
    .addOption(
      new Option(
        '--keep',
        'Start a conversation, which --continue goes on with. Without these three nothing is kept.',
      ).conflicts(['continue', 'conversation']),
    )
    .option('--fuser <model>', 'The model that writes the fused answer. Default: that of the best candidate.')
    .option('--fusion', 'Fuse, even where the blend turns that off.')
    .option('--no-fusion', 'Do not fuse: the best candidate is the answer.'),
);

/** How it is asked, and what is printed. */
const SETTING_FLAGS = flagGroup<SettingFlags>((command) =>
  command
    .option(
      '--check-ranker <ranker>',
      'The ranker that compares the fused answer with the best candidate. Default: that of --ranker.',
    )
    .option(
      '--temperature <t>',
      'Sampling temperature, 0 to 10: 0 always takes the likeliest token.',
      number({ min: 0, max: 10 }),
    )
    .option(
      '--top-p <p>',
      'Nucleus sampling: the share of probability to sample from, 0 to 1.',
      number({ min: 0, max: 1 }),
    )
    .option('--max-tokens <n>', 'Maximum tokens of each answer.', positiveInteger)
    .option('--seed <n>', 'Random seed; sample k of a model gets seed + k - 1.', integer)
    .option('--timeout <seconds>', 'Maximum time for one answer. Default: 120.', secondsToMs)
    .option(
      '--total-timeout <seconds>',
      'Maximum time for everything; then the best answer so far is given.',
      secondsToMs,
    )
    .option(
      '--max-calls <n>',
      'Maximum requests to language models, modelCalls (rankerPasses are not counted); then the best answer so far is given.',
      positiveInteger,
    )
    .option('--max-cost <dollars>', 'Maximum spend in US dollars; then the best answer so far is given.', dollars)
    .option('--system <text>', 'A system message for the models. It stays that of a conversation.')
    .option(
      '--schema <file>',
      'A JSON file with the JSON schema of the answer: each model is asked for JSON that follows it, answers that do not are left out, and the answer is JSON.',
    )
    .addOption(
      new Option('--explain', 'Explain the ranking, in a table below that of the candidates.').conflicts('quiet'),
    )
    .option(
      '--estimate',
      'Print how many calls, tokens and dollars it would take, at least and at most, and ask nothing.',
    )
    .option('--json', 'Print the whole result as one JSON object instead of the answer.'),
);

/** `ask`: one question, one better answer. */
export function addAskCommand(program: Command, run: RunAction): void {
  const command = program
    .command('ask')
    .summary('Ask several models and get one better answer.')
    .description(
      'Asks several models, compares their answers in pairs, fuses the best, and prints the better of the fused and the best answer. Without options everything runs on this machine.',
    )
    .argument(
      '[question]',
      'The question. "-", or nothing where text is piped in, reads standard input. Beside a question, what is piped in belongs to it: text, or an image or the like.',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ llm-blender ask "What is the best thing about Kaggle?"
  $ llm-blender ask "Why is the sky blue?" --samples 5 --temperature 0.9 --seed 1
  $ llm-blender ask "What is wrong with this chart?" --attach chart.png --model google/gemini-2.5-flash
  $ llm-blender ask --continue "And what is the worst?"
  $ git diff | llm-blender ask "Write a commit message."
  $ cat question.txt | llm-blender ask --json | jq .decisionReason`,
    );
  withFlags(command, QUESTION_FLAGS, RANKING_FLAGS, FUSION_FLAGS, SETTING_FLAGS, BLENDER_FLAGS).action(
    (flags, question: string | undefined) => run((context) => ask(question, flags, context)),
  );
}

async function ask(argument: string | undefined, flags: AskFlags, context: CliContext): Promise<void> {
  const { stdout, colors } = context;
  const schema = flags.schema === undefined ? undefined : await readSchema(flags.schema, context.abortSignal);
  const question = await readQuestion(argument, flags.attach, context);
  const conversation = await openConversation(flags, context);
  const options = { ...toBlendOptions(flags), ...conversation.prompt(question), schema };
  if (flags.estimate === true) {
    const use = { flags, screen: openPlainScreen(context), tracker: new ModelProgressTracker() };
    const estimate = await withBlender(context, use, (blender) => blender.estimateBlend(options));
    return stdout.write(estimateText(estimate, { json: flags.json, stdout }));
  }
  const result = await blendOnScreen(options, context, { explain: flags.explain ?? false, flags });
  if (flags.json === true) await stdout.write(`${toJson(result)}\n`);
  else {
    if (stdout.isTerminal && context.live) context.stderr.write(`${colors.dim('─'.repeat(20))}\n`);
    const text = stdout.isTerminal ? cleanText(result.text) : result.text;
    // A line break within JSON would be part of it.
    const shown =
      stdout.isTerminal && schema === undefined ? wrapAnswer(text, terminalSize(stdout.stream).columns) : text;
    await stdout.write(shown.endsWith('\n') ? shown : `${shown}\n`);
  }
  await conversation.keep(question, result.text);
}

/** The flags as options of `blend`. */
export function toBlendOptions(flags: AskFlags) {
  const { blend, samples, topK, temperature, topP, seed, fusion, maxCalls, maxCost, fuser, checkRanker } = flags;
  const sameName = { blend, samples, topK, temperature, topP, seed, fusion, maxCalls, maxCost };
  return {
    ...(sameName satisfies Record<QuestionName | SettingName, unknown>),
    ...toRankSettings(flags),
    ...toFusionSettings(flags),
    fuser,
    checkRanker,
    models: flags.model,
    maxOutputTokens: flags.maxTokens,
    timeoutMs: flags.timeout,
    totalTimeoutMs: flags.totalTimeout,
  };
}

/** Runs the blend and shows it: drawn on a terminal, as lines elsewhere. */
async function blendOnScreen(
  options: BlendOptions,
  context: CliContext,
  { explain, flags }: { explain: boolean; flags: Given<BlenderFlags> },
): Promise<BlendResult> {
  const { stderr, live, colors, abortSignal } = context;
  let state = INITIAL_BLEND_STATE;
  const tracker = new ModelProgressTracker();
  const startedAt = performance.now();
  using screen = openScreen({
    stream: stderr,
    live,
    draw: ({ columns, rows }) =>
      drawAsk(state, {
        columns,
        rows,
        now: performance.now() - startedAt,
        progressLines: tracker.lines(columns),
        colors,
      }),
  });
  /**
   * Failures of calls that were never sent, mostly for a wrong name or a missing key. They wait until the blend goes on:
   * where it ends with them, the error says the same.
   */
  const unsent: (string | undefined)[] = [];
  const callOf = (id: string) => state.turns.at(-1)?.calls.find((call) => call.id === id);
  const showPlain = (part: BlendPart, now: number) => {
    const line = plainAskLine(part, state, now);
    if (part.type === 'candidate-error' && callOf(part.failure.id)?.startedAt === undefined) {
      unsent.push(line);
      return;
    }
    for (const earlier of unsent.splice(0)) screen.note(earlier);
    screen.note(line);
  };
  // Awaited here, so that the screen stays open meanwhile.
  return await withBlender(context, { flags, screen, tracker }, async (blender) => {
    for await (const part of blender.streamBlend({ ...options, abortSignal })) {
      state = reduceBlend(state, part);
      if (!screen.live) showPlain(part, part.at);
      if (part.type === 'blend-end') {
        screen.end();
        showSummary(part.result, screen, context, { explain });
        return part.result;
      }
    }
    throw new Error('The blend ended without a result.');
  });
}

function showSummary(
  result: BlendResult,
  screen: Screen,
  { stderr, live, colors }: CliContext,
  { explain }: { explain: boolean },
): void {
  const summary = summarize(result, { columns: lineColumns(stderr), explain, reported: live ? [] : ['generate'] });
  const { table, explanation, warnings, outcome } = summary;
  for (const [index, line] of table.entries()) screen.note(line, index === 0 ? colors.dim : undefined);
  for (const line of explanation) screen.note(line);
  for (const line of warnings) screen.note(line, colors.yellow);
  const [decision = '', ...rest] = outcome;
  screen.note(decision, colors.bold);
  for (const line of rest) screen.note(line, colors.dim);
}
