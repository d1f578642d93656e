import { type Command, Option } from 'commander';
import { type BlendOptions, STREAMS } from '../../index.ts';
import { readSchema } from '../ask/read-schema.ts';
import { type ConversationFlags, openConversation } from '../ask/open-conversation.ts';
import { readQuestion } from '../ask/question.ts';
import { showBlend } from '../ask/show-blend.ts';
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
import { openPlainScreen } from '../io/screen.ts';
import {
  collect,
  dollars,
  integer,
  number,
  positiveInteger,
  secondsOrNoneToMs,
  secondsToMs,
} from '../option-values.ts';
import { estimateText } from '../render/estimate-text.ts';
import { ModelProgressTracker } from '../render/model-progress.ts';

/** Flags named like the options of `blend`. */
type QuestionName = 'blend' | 'samples' | 'topK' | 'fusion';
type SettingName = 'temperature' | 'topP' | 'seed' | 'maxCalls' | 'maxCost' | 'quorum' | 'fast' | 'stream';

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
  readonly patience?: number;
  readonly record?: string;
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
      '--quorum <n>',
      'How many answers are enough: the others are not waited for, except as long as --patience says.',
      positiveInteger,
    )
    .option(
      '--patience <seconds>',
      'How long to wait for others once --quorum answers are there. Default: 0.',
      secondsOrNoneToMs,
    )
    .option('--fast', 'Stop as soon as most answers say the same, without ranking or fusing. For short answers.')
    .addOption(
      new Option(
        '--stream <what>',
        'What is printed: the better answer, once it is decided (decided), or the fused answer as it is written, unchecked (fused), for another program that reads along. Default: decided.',
      ).choices(Object.keys(STREAMS)),
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
    .option(
      '--record <file>',
      'Write what happens to a file of JSON lines, without keys, for a bug report or llm-blender replay. A file that is there is replaced.',
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
  const { stdout } = context;
  const schema = flags.schema === undefined ? undefined : await readSchema(flags.schema, context.abortSignal);
  const question = await readQuestion(argument, flags.attach, context);
  const conversation = await openConversation(flags, context);
  const options = { ...toBlendOptions(flags), ...conversation.prompt(question), schema };
  if (flags.estimate === true) {
    const use = { flags, screen: openPlainScreen(context), tracker: new ModelProgressTracker() };
    const estimate = await withBlender(context, use, (blender) => blender.estimateBlend(options));
    return stdout.write(estimateText(estimate, { json: flags.json, stdout }));
  }
  const { explain = false, json = false, record } = flags;
  const shown = { explain, json, record, isJsonAnswer: schema !== undefined };
  const result = await showBlend(context, shown, ({ screen, tracker, show }) =>
    withBlender(context, { flags, screen, tracker }, (blender) => {
      const stream = blender.streamBlend({ ...options, abortSignal: context.abortSignal });
      return show(stream, () => stream.textStream);
    }),
  );
  await conversation.keep(question, result.text);
}

/** The flags as options of `blend`. */
export function toBlendOptions(flags: AskFlags) {
  const { blend, samples, topK, temperature, topP, seed, fusion, maxCalls, maxCost, fuser, checkRanker } = flags;
  const { quorum, fast, stream } = flags;
  const sameName = { blend, samples, topK, temperature, topP, seed, fusion, maxCalls, maxCost, quorum, fast, stream };
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
    patienceMs: flags.patience,
  };
}
