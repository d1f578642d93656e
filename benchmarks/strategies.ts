/**
 * What fewer comparisons cost: for each strategy and aggregation, how many pairs it asks, how often it names the best
 * that all pairs name, and how good its pick is by the labels. On simulated judges of known noise over the pools of a
 * file, beside the ranker that ships.
 *
 * Run: node benchmarks/strategies.ts POOLS [--limit 70] [--judge NAME] [--scores CACHE.json] [--json FIGURES.json] [--svg CURVE.svg]
 *
 * POOLS: lines {instruction, candidates: [{output, preference}]}, gzipped or not. NAME: a part of the name of
 * the judges to run; all without. CACHE keeps the scores of `small`.
 */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { AGGREGATIONS } from '../src/rank/aggregate/resolve-aggregation.ts';
import { rankTexts } from '../src/rank/index.ts';
import { type AggregationName, createBlender, type Strategy } from '../src/index.ts';
import { namesOf } from '../src/util/choices.ts';
import { drawCurve } from './strategies/draw-curve.ts';
import { type Judgements, JUDGES, judgePool, labelStrength, type SimulatedJudge } from './strategies/judges.ts';
import { type LabelledPool, readPools } from './strategies/read-pools.ts';
import { Tally, type TallyRow } from './strategies/tally.ts';
import { bestAfter, confidenceAfter, followStrategy, knownRanker } from './strategies/trajectory.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    limit: { type: 'string', default: 'Infinity' },
    judge: { type: 'string', default: '' },
    scores: { type: 'string' },
    json: { type: 'string' },
    svg: { type: 'string' },
  },
});
const [path] = positionals;
if (path === undefined) throw new Error('Name a file with pools.');
const pools = await readPools(path, Number(values.limit));

/** Shares of all pairs at which the strategies without an end of their own are looked at. */
const SHARES = [0.1, 0.167, 0.25, 0.33, 0.5, 0.75, 1];
const CONFIDENCES = [0.5, 0.7, 0.8, 0.9, 0.95, 0.99];

/** Scores of the ranker that ships, for each pool. */
async function smallScores(): Promise<readonly (readonly number[])[]> {
  if (values.scores !== undefined && existsSync(values.scores)) {
    return JSON.parse(await readFile(values.scores, 'utf8')) as number[][];
  }
  await using blender = createBlender();
  const scores: (readonly number[])[] = [];
  for (const { instruction, texts } of pools) {
    const ranked = await blender.rank({ prompt: instruction, candidates: texts, aggregation: 'least-squares' });
    scores.push(ranked.scores);
  }
  if (values.scores !== undefined) await writeFile(values.scores, JSON.stringify(scores));
  return scores;
}

const scores = await smallScores();
const tally = new Tally();

/** All strategies on one pool with one judge. */
async function measure(judge: SimulatedJudge, judgements: Judgements, { preferences }: LabelledPool, seed: number) {
  const all = (judgements.length * (judgements.length - 1)) / 2;
  const walks = new Map<Strategy, Awaited<ReturnType<typeof followStrategy>>>();
  for (const strategy of ['full', 'bubble', 'sort', 'adaptive'] as const) {
    walks.set(strategy, await followStrategy(judgements, strategy, seed));
  }
  const walk = (strategy: Strategy) => walks.get(strategy) ?? { size: 0, comparisons: [], batchEnds: [] };
  const target = bestAfter(walk('full'), all, 'max-logits');
  const note = (
    label: { strategy: string; aggregation: AggregationName; setting: string },
    best: readonly number[],
    pairs: number,
    confidence?: number,
  ) => tally.add({ judge: judge.name, ...label }, { best, target, preferences, pairs, all, confidence });

  for (const aggregation of namesOf(AGGREGATIONS)) {
    for (const share of SHARES) {
      for (const [strategy, name] of [
        ['full', 'random pairs'],
        ['adaptive', 'adaptive, pairs limited'],
      ] as const) {
        // `adaptive` may have ended before.
        const count = Math.min(Math.floor(share * all), walk(strategy).comparisons.length);
        const label = { strategy: name, aggregation, setting: `${Math.round(share * 100)} %` };
        note(label, bestAfter(walk(strategy), count, aggregation), count);
      }
    }
    for (const strategy of ['bubble', 'sort'] as const) {
      const count = walk(strategy).comparisons.length;
      note({ strategy, aggregation, setting: 'end' }, bestAfter(walk(strategy), count, aggregation), count);
    }
  }
  const stated = walk('adaptive').batchEnds.map((count) => ({
    count,
    confidence: confidenceAfter(walk('adaptive'), count),
  }));
  for (const enough of CONFIDENCES) {
    const end = stated.find(({ confidence }) => confidence >= enough) ?? stated.at(-1) ?? { count: 0, confidence: 1 };
    const label = { strategy: 'adaptive', aggregation: 'expected-logits', setting: `confidence ${enough}` } as const;
    note(label, bestAfter(walk('adaptive'), end.count, 'expected-logits'), end.count, end.confidence);
  }
}

/** A cascade of the ranker that ships and the judge. */
async function measureCascade(judge: SimulatedJudge, judgements: Judgements, index: number) {
  const { preferences } = pools[index] ?? { preferences: [] };
  const prefilter = knownRanker(judgePool(JUDGES[0] ?? judge, scores[index] ?? [], index));
  const common = {
    task: { instruction: 'q', input: '' },
    texts: judgements.map((_, text) => String(text)),
    rankSeed: index,
  };
  const full = await rankTexts({ ...common, ranker: knownRanker(judgements), strategy: 'full' });
  const result = await rankTexts({ ...common, ranker: knownRanker(judgements, prefilter), strategy: 'adaptive' });
  tally.add(
    { judge: judge.name, strategy: 'cascade behind small', aggregation: 'expected-logits', setting: 'confidence 0.95' },
    {
      best: result.ranks.flatMap((rank, text) => (rank === 1 ? [text] : [])),
      target: full.ranks.flatMap((rank, text) => (rank === 1 ? [text] : [])),
      preferences,
      pairs: result.comparisons.length,
      all: full.comparisons.length,
      confidence: result.explanation.confidence,
    },
  );
}

for (const judge of JUDGES.filter(({ name }) => name.includes(values.judge))) {
  for (const [index, pool] of pools.entries()) {
    const strengths = judge.truth === 'small' ? (scores[index] ?? []) : pool.preferences.map(labelStrength);
    const judgements = judgePool(judge, strengths, index * 7919 + 13);
    await measure(judge, judgements, pool, index);
    if (judge.truth === 'labels') await measureCascade(judge, judgements, index);
  }
  for (const row of tally.rows.filter((one) => one.judge === judge.name && isTold(one)))
    process.stdout.write(`${describe(row)}\n`);
}
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(tally.rows, undefined, 1)}\n`);
if (values.svg !== undefined)
  await writeFile(values.svg, drawCurve(tally.rows.filter(({ judge }) => judge !== 'small')));

/** The rows worth a line: each strategy with the aggregation that is its own. */
function isTold({ strategy, aggregation, setting }: TallyRow): boolean {
  const own =
    strategy === 'random pairs'
      ? 'max-logits'
      : ['bubble', 'sort'].includes(strategy)
        ? 'least-squares'
        : 'expected-logits';
  return aggregation === own && (!setting.endsWith('%') || setting === '25 %');
}

function describe({ judge, strategy, setting, share, agreement, quality, confidence }: TallyRow): string {
  const stated = confidence === undefined ? '' : `  stated ${confidence.toFixed(3)}`;
  return `${judge.padEnd(33)}${strategy.padEnd(25)}${setting.padEnd(17)}pairs ${(100 * share).toFixed(1).padStart(5)} %  agreement ${agreement.toFixed(3)}  quality ${quality.toFixed(3)}${stated}`;
}
