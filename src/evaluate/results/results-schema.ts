import { z } from 'zod';

/** Raised when a field changes its meaning or goes away. New fields may come at any time. */
export const RESULTS_VERSION = 1;

/** Lists that nobody changes. */
const list = <ITEM extends z.ZodType>(item: ITEM) => z.array(item).readonly();

const number = z.number();
const nullableNumber = z.number().nullable();

/** @see Interval.method */
const intervalMethod = z.enum(['skew-corrected-t', 'wilson', 'bootstrap', 'posterior', 'none']);

const figure = z
  .object({
    value: number,
    low: nullableNumber,
    high: nullableNumber,
    prompts: number,
    standing: z.enum(['best', 'tied']).nullable(),
    method: intervalMethod.optional(),
  })
  .describe(
    'A figure with the ends of its interval (null = none), how many prompts it is of, and whether it is the best of its column or tied with it.',
  );

const column = z.object({
  key: z.string(),
  label: z.string(),
  about: z.string(),
  better: z.enum(['higher', 'lower', 'neither']),
  form: z.enum(['share', 'number', 'count', 'dollars']),
  digits: number.optional(),
});

const table = z.object({
  id: z.string(),
  title: z.string(),
  caption: z.string(),
  columns: list(column),
  rows: list(
    z.object({
      name: z.string(),
      group: z.string(),
      n: number,
      cells: z.record(z.string(), figure),
      note: z.string().optional(),
    }),
  ),
});

const problem = z.object({ place: z.string(), reason: z.string() });

/** A row of a list by its own name, with all its figures beside each other: `{ model, n, gptRank: { value, … }, … }`. */
const namedFigures = z.record(z.string(), z.union([z.string(), number, figure]));

const spent = z.object({ rankerPasses: number, modelCalls: number, cost: nullableNumber });

const comparison = z.object({
  table: z.string().describe('Id of the table.'),
  column: z.string(),
  left: z.string(),
  right: z.string(),
  difference: z.object({ value: number, low: nullableNumber, high: nullableNumber, prompts: number }),
  pValue: number.describe('Two-sided, by a paired permutation test over prompts.'),
  adjustedPValue: number.describe("The same by Holm's method, over all comparisons of this column."),
  leftHigher: number,
  rightHigher: number,
  equal: number,
});

const interval = z
  .object({
    value: number,
    low: number.optional(),
    high: number.optional(),
    prompts: number,
    method: intervalMethod,
  })
  .describe('A figure with the ends of its interval, which are missing where there is none.');

const ratings = z.object({
  models: list(
    z.object({
      model: z.string(),
      rating: interval.describe('On the scale of Elo: 400 points are odds of 10 to 1, and the mean is 1000.'),
      rank: number,
      bestRank: number,
      worstRank: number,
      wins: number,
      losses: number,
      ties: number,
      bothBadRate: number,
      group: number,
    }),
  ),
  verdicts: number,
  prompts: number,
  groups: number.describe('More than 1 where models are not connected by verdicts.'),
  isRegularised: z.boolean(),
  regularisedResamples: number,
});

const calibration = z.object({
  forecasts: number,
  brier: interval,
  ece: interval,
  logLoss: interval,
  bins: list(
    z.object({
      from: number,
      to: number,
      forecasts: number,
      meanProbability: number.optional(),
      observed: z.object({ share: number, low: number, high: number }).optional(),
    }),
  ),
});

const habit = z.object({ rate: interval.optional(), of: number });

const habits = z
  .object({
    verdicts: number,
    tieRate: habit,
    bothBadRate: habit,
    longerWins: habit,
    firstWins: habit,
    flipRate: habit,
    inconsistentRate: habit,
    selfPreference: z
      .object({
        byJudge: z.object({ winRate: interval, lengthControlled: interval.optional(), rows: number }).optional(),
        byReference: interval.optional(),
        excess: interval.optional(),
        sharedPairs: number,
      })
      .optional(),
  })
  .describe('How a judge or a ranker decides, whatever the answers say.');

/** `results.json` of a run. */
export const resultsSchema = z.object({
  schema: z.literal('llm-blender/evaluation'),
  version: z.literal(RESULTS_VERSION),
  kind: z.enum(['models', 'ranker', 'blend']),
  candidates: z.literal('data').optional().describe('Of blends that were given the candidates of the data.'),
  generator: z.string().describe('The package and its version.'),
  data: z.object({
    sources: list(z.string()),
    read: number,
    examples: number,
    prompts: number,
    references: number.optional(),
    maxCandidates: number.optional(),
    skipped: number,
    leftOut: number,
    problems: list(problem),
    notes: list(problem),
    categories: z.record(z.string(), number),
    sha256: z.string(),
  }),
  method: z.object({
    intervals: z.string(),
    seed: number,
    resamples: number,
    confidence: number,
    tests: z.string(),
    lengths: z.string(),
    recipes: z
      .record(z.string(), z.string())
      .optional()
      .describe('How each kind of figure is computed, by what it is about.'),
    metrics: z.record(z.string(), z.string()).describe('Signature of each metric that was computed.'),
  }),
  decidedBy: z.string().nullable().describe('What says which answers are better; null where nothing does.'),
  judge: z.string().nullable().describe('The judge, where one decides.'),
  withoutVerdict: number.describe('Examples of which it says nothing. They are in no figure that needs it.'),
  incomplete: number.describe('Examples with verdicts on some of their pairs only.'),
  notes: list(z.string()).describe('What has to be known to read the figures.'),
  systems: list(
    z.object({
      kind: z.enum(['ranker', 'judge', 'blend', 'blend-judge']),
      name: z.string(),
      done: number,
      failed: number,
      spent,
      failures: list(z.object({ id: z.string(), message: z.string() })).describe('The first of them.'),
    }),
  ),
  models: list(namedFigures).optional(),
  rankers: list(namedFigures).optional(),
  blends: list(namedFigures).optional(),
  baselines: list(namedFigures),
  tables: list(table),
  categories: list(z.object({ category: z.string(), examples: number, tables: list(table) })),
  comparisons: list(comparison),
  winMatrix: z
    .object({
      names: list(z.string()),
      rates: list(list(nullableNumber)),
      verdicts: list(list(number)),
    })
    .optional(),
  ratings: ratings.optional(),
  rankDistributions: list(z.object({ name: z.string(), group: z.string(), counts: list(number) })).optional(),
  calibrations: list(z.object({ ranker: z.string(), calibration })).optional(),
  habits: list(z.object({ name: z.string(), habits })).optional(),
});

/** What an evaluation found: `results.json`. */
export type EvaluationResults = z.infer<typeof resultsSchema>;
