import { join } from 'node:path';
import { type EvaluatedExample, isAnswered } from '../results/evaluated-example.ts';
import { goldOf, type GoldSource, sourceOfResults } from '../results/gold.ts';
import { EXAMPLES_FILE, readEvaluated } from '../results/join-answers.ts';
import type { EvaluationResults } from '../results/results-schema.ts';
import { readResultsFile } from '../results/summarize.ts';
import { LineBlocks } from './line-blocks.ts';
import { askedText, type ExampleMark, type ReportData, type ReportEntry, type ReportExample } from './report-data.ts';

/** Examples in a block. More pack better, fewer open faster. */
export const BLOCK_SIZE = 50;

/** Characters of a prompt in the list of examples. */
const TITLE_CHARACTERS = 160;

/** Examples of a report that are read together, and their lines in the list of all. */
export interface ReportBlock {
  readonly examples: readonly ReportExample[];
  readonly entries: readonly ReportEntry[];
}

/** The examples of a run, in blocks of {@link BLOCK_SIZE}. */
export async function* reportBlocks(
  folder: string,
  results: Pick<EvaluationResults, 'judge' | 'decidedBy'>,
): AsyncGenerator<ReportBlock, void> {
  const source = sourceOfResults(results);
  let examples: ReportExample[] = [];
  let entries: ReportEntry[] = [];
  for await (const evaluated of readEvaluated(folder)) {
    const example = toReportExample(evaluated, source);
    entries.push(entryOf(example));
    examples.push(example);
    if (examples.length < BLOCK_SIZE) continue;
    yield { examples, entries };
    [examples, entries] = [[], []];
  }
  if (examples.length > 0) yield { examples, entries };
}

function toReportExample(example: EvaluatedExample, source: GoldSource | undefined): ReportExample {
  const ranks = source && goldOf(example, source)?.ranks;
  return { ...example, goldRanks: ranks?.map((rank) => (Number.isNaN(rank) ? null : rank)) ?? null };
}

/** What the report of a run has at once. @throws InvalidArgumentError where there is no run that has ended */
export async function readReport(folder: string): Promise<ReportData> {
  const results = await readResultsFile(folder);
  const entries: ReportEntry[] = [];
  for await (const block of reportBlocks(folder, results)) entries.push(...block.entries);
  return { results, entries, blockSize: BLOCK_SIZE };
}

const blocks = new LineBlocks(BLOCK_SIZE);

/** A block of examples by its number, from 0; undefined where the run has fewer. */
export async function readReportBlock(folder: string, number: number): Promise<readonly ReportExample[] | undefined> {
  const source = sourceOfResults(await readResultsFile(folder));
  const lines = await blocks.read(join(folder, EXAMPLES_FILE), number);
  return lines?.map((line) => toReportExample(JSON.parse(line) as EvaluatedExample, source));
}

function entryOf(example: ReportExample): ReportEntry {
  const { id, question, category, candidates, rankers, judges, blends, goldRanks } = example;
  const marks: [string, ExampleMark][] = [
    ...Object.entries({ ...judges, ...rankers }).map(([name, answer]): [string, ExampleMark] => {
      if (!isAnswered(answer)) return [name, 'failed'];
      const rank = goldRanks?.[answer.best] ?? null;
      return [name, rank === null ? 'unknown' : rank === 1 ? 'best' : 'missed'];
    }),
    ...Object.entries(blends).map(([name, answer]): [string, ExampleMark] => {
      if (!isAnswered(answer)) return [name, 'failed'];
      return [name, answer.variants.some(({ decision }) => decision === 'fused') ? 'fused' : 'candidate'];
    }),
  ];
  const answers = candidates.length > 0 ? candidates.length : Math.max(0, ...blendSizes(blends));
  return {
    id,
    title: titleOf(askedText(question)),
    category,
    candidates: answers,
    best:
      goldRanks === null
        ? undefined
        : candidates.flatMap(({ model }, place) => (goldRanks[place] === 1 && model !== undefined ? [model] : [])),
    marks: Object.fromEntries(marks),
  };
}

/** The beginning of a question, up to a whole word where there is one. */
function titleOf(question: string): string {
  // A title has one line.
  const line = question
    .slice(0, 4 * TITLE_CHARACTERS)
    .replaceAll(/\s+/g, ' ')
    .trim();
  if (line.length <= TITLE_CHARACTERS) return line;
  const cut = line.slice(0, TITLE_CHARACTERS);
  const space = cut.lastIndexOf(' ');
  // A half of a character that takes two code units is left out too.
  return `${(space > TITLE_CHARACTERS / 2 ? cut.slice(0, space) : cut).replace(/[\uD800-\uDBFF]$/u, '')} …`;
}

function blendSizes(blends: EvaluatedExample['blends']): readonly number[] {
  return Object.values(blends).map((answer) => (isAnswered(answer) ? answer.candidates.length : 0));
}
