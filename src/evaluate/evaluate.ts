import { mkdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Blender, createBlender } from '../api/index.ts';
import type { JsonValue } from '../batch/index.ts';
import { lockJob } from '../batch/job/job-lock.ts';
import { InvalidArgumentError } from '../error/index.ts';
import { type FieldMap, isHubPath, type RecordSource } from '../records/index.ts';
import { checkNumber, COUNT } from '../util/check-number.ts';
import type { DataSet } from './data/data-set.ts';
import type { DataProblem } from './data/example.ts';
import { type DataFacts, storeExamples } from './data/store-examples.ts';
import { blendExample } from './run/blend-example.ts';
import { blendGiven, givenBlend } from './run/blend-given.ts';
import { blendJudges } from './run/judge-blends.ts';
import { type ExampleRanking, type NamedRanker, rankerParts, rankExample } from './run/rank-example.ts';
import { type EvaluationKind, readSameRun, type RunRecord, writeRunRecord } from './run/run-record.ts';
import { areGiven, dataWarnings, runExamples } from './run/run-examples.ts';
import { runSystems, type SystemPart } from './run/run-systems.ts';
import type { System } from './run/system.ts';

/** What all evaluations have in common. */
interface CommonOptions {
  /** The data, read one after the other. */
  readonly sources: readonly RecordSource[];
  /** The folder of the run. It is made where it is not there; a run that is in it goes on. */
  readonly output: string;
  /** Fields of the data that stand for ours, by `parseFieldMap`. */
  readonly map?: FieldMap | undefined;
  /** Forms of data besides those that are known. */
  readonly dataSets?: readonly DataSet[] | undefined;
  /** Only examples of these categories. @default all */
  readonly categories?: readonly string[] | undefined;
  /** Only the first so many examples, at least 1. @default all */
  readonly limit?: number | undefined;
  /** Owner of models and rankers. @default one of its own */
  readonly blender?: Blender | undefined;
  /** Examples in work at once. @default 8; 1 for blends */
  readonly concurrency?: number | undefined;
  /** US dollars that the run may spend, all its starts together. @default no limit */
  readonly maxCost?: number | undefined;
  /** Whether examples are done once more that failed in an earlier start. @default false */
  readonly retryFailed?: boolean | undefined;
  /** What the answers depend on besides the options, such as a configuration file. A run does not go on with another one. */
  readonly configuration?: Readonly<Record<string, JsonValue>> | undefined;
  /** Version of the code that asks. A run does not go on with another one. @default '' */
  readonly version?: string | undefined;
  readonly onWarning?: ((message: string) => void) | undefined;
  readonly abortSignal?: AbortSignal | undefined;
}

/** Options of {@link runEvaluation}: of models by the answers that they gave, of rankers, or of blends. */
export type RunEvaluationOptions = CommonOptions &
  (
    | {
        readonly kind: 'models';
        /** Rankers that compare all answers, in the place of verdicts in the data. */
        readonly judges?: readonly NamedRanker[] | undefined;
        readonly ranking?: Omit<ExampleRanking, 'ranker'> | undefined;
      }
    | {
        readonly kind: 'ranker';
        readonly rankers: readonly NamedRanker[];
        readonly ranking?: Omit<ExampleRanking, 'ranker'> | undefined;
      }
    | {
        readonly kind: 'blend';
        /** Names of blends, of the blender or built in. */
        readonly blends: readonly string[];
        /**
         * `data`: the candidates of each example are ranked, fused and checked as the blend does with its own.
         *
         * @default 'generated' by the models of the blend
         */
        readonly candidates?: 'generated' | 'data' | undefined;
        /** How many of the best candidates are fused, each at least 1. @default that of the blend */
        readonly topK?: readonly number[] | undefined;
        /** Of generating. @default 0 */
        readonly seed?: number | undefined;
        /** Rankers that compare the outcomes. Without one, reference answers decide. */
        readonly judges?: readonly NamedRanker[] | undefined;
        readonly ranking?: Omit<ExampleRanking, 'ranker'> | undefined;
      }
  );

/** What happens in an evaluation. */
export type RunPart =
  | { readonly type: 'data-problem'; readonly problem: DataProblem; readonly isUsed: boolean }
  | { readonly type: 'data-end'; readonly data: DataFacts }
  | SystemPart
  | { readonly type: 'run-end'; readonly run: RunRecord; readonly failed: number };

const DEFAULT_CONCURRENCY = { models: 8, ranker: 8, blend: 1 } as const satisfies Record<EvaluationKind, number>;

/**
 * Asks everything that an evaluation needs, and keeps the answers in the folder of the run. It can be killed at any
 * moment: run again, it goes on where it was. Figures and reports are made of the folder afterwards, without a call.
 *
 * @throws InvalidArgumentError, DataFormatError, BudgetExceededError, what every example would fail with; the signal's
 * reason on abort.
 */
export async function* runEvaluation(options: RunEvaluationOptions): AsyncGenerator<RunPart, void> {
  checkRunOptions(options);
  await mkdir(options.output, { recursive: true });
  const lock = lockJob(options.output);
  try {
    yield* runLocked(options);
  } finally {
    lock[Symbol.dispose]();
  }
}

async function* runLocked(options: RunEvaluationOptions): AsyncGenerator<RunPart, void> {
  const { kind, output, sources, categories, limit, onWarning, abortSignal } = options;
  const {
    concurrency = DEFAULT_CONCURRENCY[kind],
    version = '',
    configuration = {},
    maxCost,
    retryFailed = false,
  } = options;
  const candidates = areGiven(options) ? { candidates: 'data' as const } : {};
  await readSameRun(output, { kind, ...candidates });
  const problems: Extract<RunPart, { type: 'data-problem' }>[] = [];
  const data = await storeExamples(output, runExamples(options), {
    // Without their folders, which are of this machine.
    sources: sources.map(({ name }) => (isHubPath(name) ? name : basename(name))),
    categories,
    limit,
    onProblem: (problem, isUsed) => problems.push({ type: 'data-problem', problem, isUsed }),
  });
  yield* problems;
  yield { type: 'data-end', data };
  for (const warning of dataWarnings(options, data)) onWarning?.(warning);
  await using own = options.blender === undefined ? createBlender() : undefined;
  const blender = options.blender ?? own;
  if (blender === undefined) throw new TypeError('there is a blender');
  const systems = await systemsOf(options, blender);
  const run = { kind, version, ...candidates, systems: systems.map(({ kind: of, name }) => ({ kind: of, name })) };
  await writeRunRecord(output, run);
  const shared = {
    folder: output,
    facts: data,
    version,
    configuration,
    concurrency,
    maxCost,
    retryFailed,
    abortSignal,
  };
  let failed = 0;
  for await (const part of runSystems({ ...shared, systems })) {
    yield part;
    if (part.type === 'system-end') failed += part.counts.failed;
  }
  const judges = kind === 'blend' ? await blendJudges(output, options, blender) : [];
  const record = await writeRunRecord(output, {
    ...run,
    systems: [...systems, ...judges].map(({ kind: of, name }) => ({ kind: of, name })),
  });
  for await (const part of runSystems({ ...shared, systems: judges })) {
    yield part;
    if (part.type === 'system-end') failed += part.counts.failed;
  }
  yield { type: 'run-end', run: record, failed };
}

function checkRunOptions(options: RunEvaluationOptions): void {
  checkNumber('limit', options.limit, COUNT);
  checkNumber('concurrency', options.concurrency, COUNT);
  checkNumber('maxCost', options.maxCost, { min: 0, unit: 'US dollars' });
  const named = options.kind === 'ranker' ? options.rankers : options.kind === 'blend' ? options.blends : undefined;
  if (named?.length === 0) {
    throw new InvalidArgumentError({
      parameter: options.kind === 'ranker' ? 'rankers' : 'blends',
      value: [],
      message: 'name at least one.',
    });
  }
  if (options.kind === 'blend') for (const k of options.topK ?? []) checkNumber('topK', k, COUNT);
}

async function systemsOf(options: RunEvaluationOptions, blender: Blender): Promise<readonly System[]> {
  if (options.kind === 'blend') {
    const { topK = [], seed = 0, candidates } = options;
    if (candidates === 'data') return Promise.all(options.blends.map((blend) => givenSystem(blend, options, blender)));
    return options.blends.map((blend) => ({
      kind: 'blend',
      name: blend,
      configuration: { blend, topK, seed },
      work: ({ question }, abortSignal) => blendExample(blender, question, { blend, topK, seed }, abortSignal),
    }));
  }
  const rankers = options.kind === 'models' ? (options.judges ?? []) : options.rankers;
  const kind = options.kind === 'models' ? 'judge' : 'ranker';
  return rankers.map((given) => {
    const { name, ranker, configuration } = rankerParts(given);
    const { ranking = {} } = options;
    return {
      kind,
      name,
      configuration: { ...configuration, ranker: name, ranking: JSON.parse(JSON.stringify(ranking)) as JsonValue },
      work: ({ question, candidates }, abortSignal) =>
        rankExample(
          blender,
          { question, texts: candidates.map(({ text }) => text) },
          { ...ranking, ranker },
          abortSignal,
        ),
    };
  });
}

/** A blend of the candidates of the data. */
async function givenSystem(
  blend: string,
  { topK }: { readonly topK?: readonly number[] | undefined },
  blender: Blender,
): Promise<System> {
  const given = await givenBlend(blender, { blend, topK });
  return {
    kind: 'blend',
    name: blend,
    configuration: { blend, topK: given.topK, candidates: 'data' },
    work: (example, abortSignal) => blendGiven(blender, example, given, abortSignal),
  };
}
