import type { Command } from 'commander';
import { compareRuns, type NamedRanker } from '../../evaluate/index.ts';
import { toJson } from '../../records/index.ts';
import { hashesOfWeights } from '../batch/content-hashes.ts';
import type { CliContext, RunAction } from '../cli-context.ts';
import {
  BLENDS_FLAGS,
  DATA_FLAGS,
  EVALUATION_RUN_FLAGS,
  FIGURE_FLAGS,
  type GivenBlends,
  type GivenJudges,
  type GivenRankers,
  JUDGE_FLAGS,
  RANKERS_FLAGS,
} from '../evaluate/evaluate-flags.ts';
import { comparisonText } from '../evaluate/comparison-text.ts';
import { type EvaluationSubject, reportCommand, runEvaluateCommand } from '../evaluate/run-command.ts';
import { flagGroup, withFlags } from '../flag-groups.ts';
import { lineColumns } from '../io/terminal.ts';
import { collect, integer, number, positiveInteger } from '../option-values.ts';
import { BLENDER_FLAGS, type BlenderFlags, ENVIRONMENT_FLAGS, QUIET_FLAGS } from '../shared-options.ts';
import type { Given } from '../flag-groups.ts';
import { readConfiguration } from '../with-blender.ts';

/** `evaluate`: which models, which ranker, which K, and whether fusing is worth it. */
export function addEvaluateCommand(program: Command, run: RunAction): void {
  const evaluate = program
    .command('evaluate')
    .summary('Measure models, rankers and blends on examples, with intervals over prompts.')
    .description(
      'Measures which models, which ranker and which K are best for your prompts, and whether fusing is worth it: with baselines, intervals and paired tests over whole prompts, and tables in the form of the paper. Everything is kept in the folder of the run: killed at any moment, the same command resumes it. See docs/evaluate.md.',
    );
  const models = evaluate
    .command('models')
    .summary('Compare models by their answers, with verdicts or preferences in the data, or by a judge.')
    .addHelpText(
      'after',
      `
Examples:
  $ llm-blender evaluate models test_data_prepared.jsonl --output runs/models --against vicuna-13b-1.1
  $ llm-blender evaluate models answers.jsonl --output runs/mine --judge judge:openai/gpt-5-mini --max-cost 2`,
    );
  withFlags(models, DATA_FLAGS, JUDGE_FLAGS, EVALUATION_RUN_FLAGS, FIGURE_FLAGS, BLENDER_FLAGS).action(
    (given, files: readonly string[]) =>
      run(async (context) => {
        const flags = given as typeof given & { readonly output: string };
        const judges = await namedRankers(flags.judge ?? [], flags, context);
        const subject: EvaluationSubject & object = { kind: 'models', judges, ...rankingOf(flags) } as never;
        return runEvaluateCommand(subject, { flags, files, summary: { ks: flags.topK } }, context);
      }),
  );
  const ranker = evaluate
    .command('ranker')
    .summary('Measure how well rankers find the better answers, beside baselines.')
    .addHelpText(
      'after',
      `
Examples:
  $ llm-blender evaluate ranker pairs.jsonl --output runs/pairs --ranker small --ranker pairrm
  $ llm-blender evaluate ranker pools.jsonl.gz --output runs/pools --top-k 1,2,3,5 --fail-under accuracy=0.6`,
    );
  withFlags(ranker, DATA_FLAGS, RANKERS_FLAGS, EVALUATION_RUN_FLAGS, FIGURE_FLAGS, BLENDER_FLAGS).action(
    (given, files: readonly string[]) =>
      run(async (context) => {
        const flags = given as typeof given & { readonly output: string };
        const rankers = await namedRankers(flags.ranker ?? ['small'], flags, context);
        const subject = { kind: 'ranker', rankers, ...rankingOf(flags) } as never;
        return runEvaluateCommand(subject, { flags, files, summary: { ks: flags.topK } }, context);
      }),
  );
  const blend = evaluate
    .command('blend')
    .summary('Measure whether ranking and fusing are worth it, against one answer of one model.')
    .addHelpText(
      'after',
      `
Examples:
  $ llm-blender evaluate blend prompts.jsonl --output runs/local --blend local --top-k 2,3
  $ llm-blender evaluate blend test_data_prepared.jsonl --output runs/table-2 --blend local --candidates data --top-k 1,3,5
  $ llm-blender evaluate blend prompts.jsonl --output runs/two --blend fast --blend best --judge judge:openai/gpt-5-mini`,
    );
  withFlags(blend, DATA_FLAGS, BLENDS_FLAGS, EVALUATION_RUN_FLAGS, FIGURE_FLAGS, BLENDER_FLAGS).action(
    (given, files: readonly string[]) =>
      run(async (context) => {
        const flags = given as typeof given & { readonly output: string } & Pick<GivenBlends, 'blend'>;
        const judges = await namedRankers(flags.judge ?? [], flags, context);
        const { blend: blends, candidates, topK, sampleSeed: seed } = flags;
        const subject = { kind: 'blend', blends, candidates, topK, seed, judges, ...rankingOf(flags) } as never;
        return runEvaluateCommand(subject, { flags, files, summary: {} }, context);
      }),
  );
  const compare = evaluate
    .command('compare')
    .summary('Compare two runs example by example, with paired tests. Makes no call to a model.')
    .argument('<a>', 'The folder of a run.')
    .argument('<b>', 'The folder of another one, of the same kind.');
  withFlags(compare, COMPARE_FLAGS, QUIET_FLAGS, ENVIRONMENT_FLAGS).action(
    ({ row, seed, resamples, json }, a: string, b: string) =>
      run(async ({ stdout }) => {
        const comparison = await compareRuns({ a, b, rows: row?.map(rowPair), seed, resamples });
        const columns = stdout.isTerminal ? lineColumns(stdout.stream) : Number.POSITIVE_INFINITY;
        await stdout.write(json === true ? `${toJson(comparison)}\n` : comparisonText(comparison, columns));
      }),
  );
  const report = evaluate
    .command('report')
    .summary('Compute the figures of a run anew and write its reports. Makes no call to a model.')
    .argument('<folder>', 'The folder of the run.');
  withFlags(report, REPORT_FLAGS, FIGURE_FLAGS, QUIET_FLAGS, ENVIRONMENT_FLAGS).action(
    ({ judge, topK, ...flags }, folder: string) =>
      run((context) => reportCommand(folder, flags, { judge, ks: topK }, context)),
  );
}

const COMPARE_FLAGS = flagGroup<{
  readonly row?: readonly string[];
  readonly seed?: number;
  readonly resamples?: number;
  readonly json?: boolean;
}>((command) =>
  command
    .option(
      '--row <a=b>',
      'Compare this row of the first run with that of the second, such as small=pairrm; may be repeated. Default: each row that both have.',
      collect,
    )
    .option('--seed <n>', 'Random seed of the intervals and tests. Default: 1.', integer)
    .option('--resamples <n>', 'Bootstrap resamples, at least 100. Default: 1000.', number({ min: 100, integer: true }))
    .option('--json', 'Print the comparison as JSON.'),
);

const REPORT_FLAGS = flagGroup<{ readonly judge?: string; readonly topK?: readonly number[] }>((command) =>
  command
    .option('--judge <ranker>', 'The judge of the run that decides, where it has several. Default: the first.')
    .option('-k, --top-k <list>', 'The K of the columns top-K, such as 1,2,3,5. Default: 1,2,3.', (text) =>
      text.split(',').map((part) => positiveInteger(part.trim())),
    ),
);

function rowPair(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  return at === -1 ? [text, text] : [text.slice(0, at), text.slice(at + 1)];
}

function rankingOf({ strategy, aggregation }: Pick<GivenRankers | GivenJudges, 'strategy' | 'aggregation'>): object {
  return {
    ranking: { ...(strategy === undefined ? {} : { strategy }), ...(aggregation === undefined ? {} : { aggregation }) },
  };
}

/** Rankers by their names, pinned to the content of the files that they name. */
async function namedRankers(
  names: readonly string[],
  flags: Given<BlenderFlags>,
  context: CliContext,
): Promise<readonly NamedRanker[]> {
  const config = await readConfiguration(flags, context);
  return Promise.all(
    names.map(async (name) => ({ name, ranker: name, configuration: await hashesOfWeights({ name }, config) })),
  );
}
