import { InvalidArgumentError } from 'commander';
import { type AggregationName, AGGREGATIONS, STRATEGIES, type StrategyName } from '../../index.ts';
import { type Limit, METRIC_NAMES, parseLimit } from '../../evaluate/index.ts';
import { MAPPED_NAMES } from '../../records/index.ts';
import { flagGroup, type Given } from '../flag-groups.ts';
import { collect, dollars, integer, number, positiveInteger } from '../option-values.ts';
import { type BlenderFlags, choice } from '../shared-options.ts';

/** Which data are evaluated on, and where the run is kept. */
interface DataFlags {
  readonly input?: string;
  readonly output: string;
  readonly map?: readonly string[];
  readonly dataSet?: readonly string[];
  readonly category?: readonly string[];
  readonly limit?: number;
}

/** {@link DataFlags}, and the files as arguments. */
export const DATA_FLAGS = flagGroup<DataFlags>((command) =>
  command
    .argument(
      '[files...]',
      'Examples: JSONL, JSON, CSV, TSV or Parquet, also compressed, or folders of such files; MixInstruct, pairs with labels, pools with preferences, and the other forms of docs/evaluate.md. Default, and "-": standard input.',
    )
    .option('-i, --input <file>', 'The same as a file without an option.')
    .requiredOption(
      '-o, --output <folder>',
      'The folder of the run, where everything is kept. The same command with the same folder resumes it.',
    )
    .option(
      '--map <ours=theirs>',
      `Which field of the files is which, where its name is not recognised. Ours: ${MAPPED_NAMES.join(', ')}. May be given several times.`,
      collect,
    )
    .option(
      '--data-set <file>',
      'A file of code that says how rows of another form are read, see docs/evaluate.md; may be repeated.',
      collect,
    )
    .option('--category <name>', 'Use only the examples of this category; may be repeated.', collect)
    .option('--limit <n>', 'Use only the first n examples.', positiveInteger),
);

/** How figures are made, which takes no call to a model. */
interface FigureFlags {
  readonly metric?: readonly string[];
  readonly against?: readonly string[];
  readonly seed?: number;
  readonly resamples?: number;
  readonly failUnder?: readonly Limit[];
  readonly report?: string;
  readonly junit?: string;
  readonly json?: boolean;
}

/** {@link FigureFlags}. */
export const FIGURE_FLAGS = flagGroup<FigureFlags>((command) =>
  command
    .option(
      '--metric <metric>',
      `A metric of each answer: ${METRIC_NAMES.join(', ')}, bertscore:FOLDER with an encoder in the format of Hugging Face, or a file of code, see docs/evaluate.md; may be repeated. Default: rougeL, rouge2, bleu and chrf, where there are reference answers.`,
      collect,
    )
    .option(
      '--against <model>',
      'A model that all are held against, by each of three rules for ties; may be repeated.',
      collect,
    )
    .option('--seed <n>', 'Random seed of the intervals and tests. Default: 1.', integer)
    .option('--resamples <n>', 'Bootstrap resamples, at least 100. Default: 1000.', number({ min: 100, integer: true }))
    .option(
      '--fail-under <figure=value>',
      'Exit with 1 where a figure does not reach the value, such as accuracy=0.65 or small:accuracy=0.65 for one row; where lower is better, where it is above. Shares are from 0 to 1. May be repeated.',
      collectLimits,
    )
    .option(
      '--report <file>',
      'Write the HTML report to this file as well; it is in the folder of the run in any case.',
    )
    .option('--junit <file>', 'Write the JUnit XML to this file as well; it is in the folder of the run in any case.')
    .option('--json', 'Print results.json instead of tables; with --estimate the estimate.'),
);

function collectLimits(text: string, earlier: readonly Limit[] | undefined): readonly Limit[] {
  try {
    return [...(earlier ?? []), parseLimit(text)];
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

/** How a run is made. */
interface RunFlags {
  readonly concurrency?: number;
  readonly maxCost?: number;
  readonly retryFailed?: boolean;
  readonly estimate?: boolean;
}

/** {@link RunFlags}. */
export const EVALUATION_RUN_FLAGS = flagGroup<RunFlags>((command) =>
  command
    .option('--concurrency <n>', 'Examples in work at once. Default: 8; 1 for blends.', positiveInteger)
    .option(
      '--max-cost <dollars>',
      'Maximum spend in US dollars for the whole run, all its starts together; then it stops, and goes on with a higher limit. Default: no limit.',
      dollars,
    )
    .option('--retry-failed', 'Do examples once more that failed in an earlier start.')
    .option(
      '--estimate',
      'Print how many calls, tokens and dollars it would take, at least and at most, and ask nothing.',
    ),
);

/** How pairs are compared, by rankers and judges alike. */
interface ComparingFlags {
  readonly strategy?: StrategyName;
  readonly aggregation?: AggregationName;
}

const COMPARING_FLAGS = flagGroup<ComparingFlags>((command) =>
  command
    .addOption(choice('--strategy', 'Which pairs are compared', STRATEGIES, 'full'))
    .addOption(
      choice('--aggregation', 'How comparisons become scores', AGGREGATIONS, 'that of the strategy, see rank --help'),
    ),
);

/** Which rankers are evaluated. */
interface RankersFlags extends ComparingFlags {
  readonly ranker?: readonly string[];
  readonly topK?: readonly number[];
}

/** {@link RankersFlags}. */
export const RANKERS_FLAGS = flagGroup<RankersFlags>((command) => {
  command
    .option('--ranker <ranker>', 'A ranker, as of rank; may be repeated. Default: small.', collect)
    .option('-k, --top-k <list>', 'The K of the columns top-K, such as 1,2,3,5. Default: 1,2,3.', integers);
  COMPARING_FLAGS.declare(command);
});

/** Who decides which answers are better. */
interface JudgeFlags extends ComparingFlags {
  readonly judge?: readonly string[];
}

/** {@link JudgeFlags}, of models. */
export const JUDGE_FLAGS = flagGroup<JudgeFlags & { readonly topK?: readonly number[] }>((command) => {
  command
    .option(
      '--judge <ranker>',
      'A ranker that compares all answers and decides, in the place of the verdicts in the data; may be repeated, the first decides.',
      collect,
    )
    .option('-k, --top-k <list>', 'The K of the columns top-K, such as 1,2,3,5. Default: 1,2,3.', integers);
  COMPARING_FLAGS.declare(command);
});

/** Where the candidates of blends come from. */
const CANDIDATE_SOURCES = {
  generated: 'answers of the models of the blend',
  data: 'those of the data, which are ranked, fused and checked as the blend does',
} as const;

type CandidateSource = keyof typeof CANDIDATE_SOURCES;

/** Which blends are evaluated. */
interface BlendsFlags extends JudgeFlags {
  readonly blend: readonly string[];
  readonly candidates?: CandidateSource;
  readonly topK?: readonly number[];
  readonly sampleSeed?: number;
}

/** {@link BlendsFlags}. */
export const BLENDS_FLAGS = flagGroup<BlendsFlags>((command) => {
  command
    .requiredOption('--blend <name>', 'A blend, of the configuration or built in; may be repeated.', collect)
    .addOption(choice('--candidates', 'Where the candidates come from', CANDIDATE_SOURCES, 'generated'))
    .option(
      '-k, --top-k <list>',
      'How many of the best candidates are fused, such as 1,2,3,5: the candidates are generated and ranked once, and fused for each. Default: that of the blend.',
      integers,
    )
    .option('--sample-seed <n>', 'Random seed of the answers of models that take one. Default: 0.', integer)
    .option(
      '--judge <ranker>',
      'A ranker that compares the outcomes. May be repeated. Without one, metrics against reference answers decide.',
      collect,
    );
  COMPARING_FLAGS.declare(command);
});

/** Reads `1,2,3,5`. */
function integers(text: string): readonly number[] {
  return text.split(',').map((part) => positiveInteger(part.trim()));
}

/** Flags that all evaluations take. */
export type EvaluationFlags = Omit<Given<DataFlags & FigureFlags & RunFlags & BlenderFlags>, 'output'> &
  Pick<DataFlags, 'output'>;

/** Flags of the commands on runs that are there. */
export type ReportFlags = Given<FigureFlags>;

/** {@link RankersFlags} as they are given. */
export type GivenRankers = Given<RankersFlags>;
/** {@link JudgeFlags} as they are given. */
export type GivenJudges = Given<JudgeFlags & { readonly topK?: readonly number[] }>;
/** {@link BlendsFlags} as they are given. */
export type GivenBlends = Omit<Given<BlendsFlags>, 'blend'> & Pick<BlendsFlags, 'blend'>;
