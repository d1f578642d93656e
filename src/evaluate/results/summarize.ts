import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidArgumentError } from '../../error/index.ts';
import { type ResampleOptions, resampleSettings } from '../../statistics/index.ts';
import { parseJson } from '../../util/parse-json.ts';
import { readDataFacts } from '../data/store-examples.ts';
import type { Spent } from '../run/answers.ts';
import { readRunRecord, type RunRecord, type SystemRecord } from '../run/run-record.ts';
import type { Column } from '../tables/table.ts';
import { type BlendCase, toBlendCase } from './blend-table.ts';
import { type Case, sumSpent, toCase } from './cases.ts';
import { describeMethod } from './describe-method.ts';
import { type EvaluatedExample, isAnswered, type MeasuredBlend } from './evaluated-example.ts';
import { goldSourceOf, nameOfSource } from './gold.ts';
import { joinAnswers, measureAgain, readEvaluated } from './join-answers.ts';
import type { EvaluationMetric } from './metric.ts';
import { DEFAULT_METRICS, resolveMetric } from './metrics.ts';
import { type EvaluationResults, RESULTS_VERSION, resultsSchema } from './results-schema.ts';
import { blendNotes } from './blend-notes.ts';
import { summarizeBlends } from './summarize-blends.ts';
import { summarizeChoices } from './summarize-choices.ts';
import { pauses, type SummaryProgress } from './summary-progress.ts';

/** How the figures of a run are made. None of it makes a call to a model. */
export interface SummaryOptions extends ResampleOptions {
  /** Metrics by name, or of your own. @default those of the run; in a new run rougeL, rouge2, bleu and chrf */
  readonly metrics?: readonly (string | EvaluationMetric)[] | undefined;
  /** The judge that decides, of several. @default the first of the run, else the data */
  readonly judge?: string | undefined;
  /** Models that all are held against. @default none */
  readonly against?: readonly string[] | undefined;
  /** The K of the columns top-K. @default 1, 2, 3 */
  readonly ks?: readonly number[] | undefined;
  /** Ends it; the files of the run are then as they were. */
  readonly abortSignal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: SummaryProgress) => void) | undefined;
}

const RESULTS_FILE = 'results.json';
const METRICS_FILE = 'metrics.json';

/** What is kept of a metric that was computed. */
type MetricFacts = Pick<Column, 'label' | 'better'> & {
  readonly signature: string;
  readonly isReference: boolean;
  /** What it was asked for by; undefined for a metric of the caller's own. */
  readonly asked?: string | undefined;
};

/** Failures of a system that are listed. */
const MAX_FAILURES = 20;

/**
 * Computes all figures of a run and writes `results.json` and `examples.jsonl` to its folder. It makes no call to a model.
 *
 * @param options.join whether the answers of the systems are joined anew, as after a run; else `examples.jsonl` is used,
 * which may stand alone with `run.json` and `data.json`.
 * @throws InvalidArgumentError where there is no run in the folder; the signal's reason on abort.
 */
export async function summarizeRun(
  folder: string,
  { join: isJoined = false, ...options }: SummaryOptions & { readonly join?: boolean | undefined } = {},
): Promise<EvaluationResults> {
  const settings = resampleSettings(options);
  const [run, data] = [await readRunRecord(folder), await readDataFacts(folder)];
  if (run === undefined || data === undefined) {
    throw new InvalidArgumentError({
      parameter: 'folder',
      value: folder,
      message: 'there is no run of evaluate in it.',
    });
  }
  const known = await readMetricFacts(folder);
  const wanted = options.metrics ?? (isJoined || Object.keys(known).length === 0 ? metricsOfRun(known) : []);
  const resolved = await Promise.all(wanted.map((one) => (typeof one === 'string' ? resolveMetric(one) : one)));
  // Without a reference there is nothing to compute, and a score of that name is what stands in the data.
  const metrics = resolved.filter(({ needsReferences = false }) => !needsReferences || data.references !== 0);
  const { abortSignal, onProgress } = options;
  const isGiven = run.candidates === 'data';
  // A score of that name in the data may be of another scale, and some answers may have none.
  const measuredAnew = metrics.filter(({ name }) => isJoined || known[name] === undefined).map(({ name }) => name);
  const measuring = {
    metrics,
    withoutScores: new Set(measuredAnew),
    abortSignal,
    onMeasured: (done: number) => onProgress?.({ stage: 'answers', done, total: data.examples }),
  };
  if (isJoined) await joinAnswers(folder, run, measuring);
  else if (metrics.some(({ name }) => known[name] === undefined)) await measureAgain(folder, measuring);
  const facts = {
    ...(isJoined ? {} : known),
    ...Object.fromEntries(metrics.map((metric) => [metric.name, factsOf(metric, wanted[resolved.indexOf(metric)])])),
  };
  await writeWhole(folder, METRICS_FILE, facts);
  const collected = await collect(folder, run, options);
  const columns = columnsOf(collected.metrics, facts);
  const notes: string[] = [];
  const pause = pauses(abortSignal, onProgress);
  const common = { settings, metrics: columns, pause };
  await pause('Outcomes');
  const summary =
    run.kind === 'blend'
      ? await summarizeBlends({
          ...common,
          cases: collected.blendCases,
          blends: namesOf(run, 'blend'),
          judges: judgesOf(run),
          circular: circularJudges(run, collected.rankersOfBlends),
          given: isGiven
            ? { goldKind: collected.source?.kind, against: options.against ?? [], ks: options.ks ?? [1, 2, 3] }
            : undefined,
        })
      : await summarizeChoices({
          ...common,
          kind: run.kind,
          cases: collected.cases,
          rankers: namesOf(run, run.kind === 'ranker' ? 'ranker' : 'judge'),
          goldKind: collected.source?.kind,
          isJudged: collected.source?.judge !== undefined,
          against: options.against ?? [],
          ks: options.ks ?? [1, 2, 3],
          ownMetrics: new Set(Object.entries(facts).flatMap(([name, one]) => (one.isReference ? [] : [name]))),
        });
  if (run.kind !== 'blend' && collected.source === undefined) {
    notes.push('Nothing says which answers are better: the data have no verdicts and no preferences. Name a --judge.');
  }
  if (run.kind === 'blend') notes.push(...blendNotes(collected.blendCases, { data, judges: judgesOf(run) }));
  for (const { name, done } of collected.systems) {
    const missing = data.examples - done;
    if (missing > 0) {
      notes.push(
        `${name} has answered ${done} of ${data.examples} examples; the other ${missing} are in none of its figures.`,
      );
    }
  }
  const results: EvaluationResults = {
    schema: 'llm-blender/evaluation',
    version: RESULTS_VERSION,
    kind: run.kind,
    ...(isGiven ? { candidates: 'data' as const } : {}),
    generator: run.version === '' ? 'llm-blender' : `llm-blender ${run.version}`,
    data,
    method: {
      ...describeMethod(settings),
      metrics: Object.fromEntries(Object.entries(facts).map(([name, { signature }]) => [name, signature])),
    },
    decidedBy: collected.source === undefined ? null : nameOfSource(collected.source),
    judge: collected.source?.judge ?? null,
    withoutVerdict: collected.cases.filter(({ gold }) => gold === undefined).length,
    incomplete: collected.cases.filter(({ gold }) => (gold?.missingPairs ?? 0) > 0).length,
    notes,
    systems: collected.systems,
    ...summary,
  };
  // As it is read again, and so that a mistake is found here.
  const whole = resultsSchema.parse(JSON.parse(JSON.stringify(results)));
  await writeWhole(folder, RESULTS_FILE, whole);
  return whole;
}

/** The results that a run has. @throws InvalidArgumentError where there are none, or of another version */
export async function readResultsFile(folder: string): Promise<EvaluationResults> {
  const content = await readFile(join(folder, RESULTS_FILE), 'utf8').catch(() => undefined);
  const parsed = resultsSchema.safeParse(parseJson(content ?? ''));
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError({
    parameter: 'folder',
    value: folder,
    message:
      content === undefined
        ? `there is no ${RESULTS_FILE} in it. Name the folder of a run of evaluate.`
        : `its ${RESULTS_FILE} is damaged, or of another version of this package. evaluate report makes it anew.`,
  });
}

async function writeWhole(folder: string, name: string, value: unknown): Promise<void> {
  const written = join(folder, `.${name}`);
  await writeFile(written, `${JSON.stringify(value, null, 2)}\n`);
  await rename(written, join(folder, name));
}

async function readMetricFacts(folder: string): Promise<Readonly<Record<string, MetricFacts>>> {
  const content = await readFile(join(folder, METRICS_FILE), 'utf8').catch(() => '');
  return (parseJson(content) ?? {}) as Readonly<Record<string, MetricFacts>>;
}

/** The metrics of a run, as far as they have names; those of a new run are the default ones. */
function metricsOfRun(known: Readonly<Record<string, MetricFacts>>): readonly string[] {
  const asked = Object.values(known).flatMap((facts) => facts.asked ?? []);
  return asked.length === 0 ? DEFAULT_METRICS : asked;
}

function factsOf(
  { name, label = name, signature = name, better = 'higher', needsReferences = false }: EvaluationMetric,
  asked: string | EvaluationMetric | undefined,
): MetricFacts {
  const facts = { label, better, signature, isReference: needsReferences };
  return typeof asked === 'string' ? { ...facts, asked } : facts;
}

/** Everything that the figures need, read in one go. */
async function collect(folder: string, run: RunRecord, { judge, abortSignal }: SummaryOptions) {
  const judges = namesOf(run, 'judge');
  if (judge !== undefined && !judges.includes(judge)) {
    throw new InvalidArgumentError({
      parameter: 'judge',
      value: judge,
      message: judges.length === 0 ? 'the run has no judge.' : `the judges of the run are ${judges.join(', ')}.`,
    });
  }
  const source = await goldSourceOf(readEvaluated(folder), judge ?? judges[0]);
  const systems = run.systems.map((system) => new SystemTally(system));
  const metrics = new Set<string>();
  const rankersOfBlends = new Set<string>();
  const cases: Case[] = [];
  const blendCases: BlendCase[] = [];
  for await (const example of readEvaluated(folder)) {
    abortSignal?.throwIfAborted();
    for (const system of systems) system.add(example);
    for (const candidate of example.candidates) addKeys(metrics, candidate.metrics);
    for (const blend of Object.values(example.blends)) {
      if (!isAnswered<MeasuredBlend>(blend)) continue;
      rankersOfBlends.add(blend.ranker);
      for (const text of blend.texts) addKeys(metrics, text.metrics);
    }
    const isOfData = run.kind !== 'blend' || run.candidates === 'data';
    const own = isOfData ? toCase(example, source) : undefined;
    if (own !== undefined) cases.push(own);
    if (run.kind === 'blend') blendCases.push(toBlendCase(example, own));
  }
  return {
    source,
    metrics: [...metrics],
    cases,
    blendCases,
    systems: systems.map(({ facts }) => facts),
    rankersOfBlends,
  };
}

function addKeys(keys: Set<string>, values: object): void {
  for (const key of Object.keys(values)) keys.add(key);
}

const FIELD_OF = {
  ranker: 'rankers',
  judge: 'judges',
  blend: 'blends',
  'blend-judge': 'blendJudges',
} as const satisfies Record<SystemRecord['kind'], keyof EvaluatedExample>;

/** What a system has done, and what it took. */
class SystemTally {
  readonly #system: SystemRecord;
  #spent: Spent = sumSpent([]);
  #done = 0;
  #failed = 0;
  readonly #failures: { id: string; message: string }[] = [];

  constructor(system: SystemRecord) {
    this.#system = system;
  }

  add(example: EvaluatedExample): void {
    const { kind, name } = this.#system;
    const answer = example[FIELD_OF[kind]][name];
    if (answer === undefined) return;
    if ('error' in answer) {
      this.#failed += 1;
      if (this.#failures.length < MAX_FAILURES) this.#failures.push({ id: example.id, message: answer.error });
      return;
    }
    const variants = 'variants' in answer ? answer.variants.map(({ spent }) => spent) : [];
    this.#done += 1;
    this.#spent = sumSpent([this.#spent, answer.spent, ...variants]);
  }

  get facts(): EvaluationResults['systems'][number] {
    return { ...this.#system, done: this.#done, failed: this.#failed, spent: this.#spent, failures: this.#failures };
  }
}

function namesOf({ systems }: RunRecord, kind: SystemRecord['kind']): readonly string[] {
  return systems.filter((system) => system.kind === kind).map(({ name }) => name);
}

/** The judges of blends; each has a system for the blends that it was asked about. */
function judgesOf(run: RunRecord): readonly string[] {
  return [...new Set(namesOf(run, 'blend-judge').map((name) => name.slice(0, name.lastIndexOf(' of '))))];
}

function circularJudges(run: RunRecord, rankers: ReadonlySet<string>): ReadonlySet<string> {
  return new Set(judgesOf(run).filter((judge) => rankers.has(judge)));
}

function columnsOf(names: readonly string[], facts: Readonly<Record<string, MetricFacts>>): readonly Column[] {
  // The default metrics come first, then those of the data.
  const order = [
    ...Object.keys(facts).filter((name) => names.includes(name)),
    ...names.filter((name) => !(name in facts)),
  ];
  return order.map((key): Column => {
    const known = facts[key];
    const form = { form: 'number', digits: 4 } as const;
    return known === undefined
      ? { key, label: key, about: `Mean ${key} as it stands in the data.`, better: 'higher', ...form }
      : { key, label: known.label, about: `Mean ${known.label} (${known.signature}).`, better: known.better, ...form };
  });
}
