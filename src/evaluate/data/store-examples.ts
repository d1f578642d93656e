import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { once } from 'node:events';
import { DataFormatError, InvalidArgumentError } from '../../error/index.ts';
import { parseJson } from '../../util/parse-json.ts';
import type { BatchInput, InputItem } from '../../batch/index.ts';
import type { DataProblem, Example } from './example.ts';
import { linesOf } from './lines.ts';
import type { ExampleItem } from './read-examples.ts';

/** What was read, and what of it is used. */
export interface DataFacts {
  /** Names of the files. */
  readonly sources: readonly string[];
  /** Rows or groups of rows that were read. */
  readonly read: number;
  /** Examples that are used. */
  readonly examples: number;
  /** Different prompts among them: what is resampled. */
  readonly prompts: number;
  /** Examples with reference answers. */
  readonly references: number;
  /** Most candidates of one example. */
  readonly maxCandidates: number;
  /** Rows that could not be used; the first of them are in `problems`, all in `problems.jsonl`. */
  readonly skipped: number;
  /** Examples that a category or a limit left out. */
  readonly leftOut: number;
  readonly problems: readonly DataProblem[];
  /** About rows that are used. */
  readonly notes: readonly DataProblem[];
  /** Examples by category. */
  readonly categories: Readonly<Record<string, number>>;
  readonly sha256: string;
}

const EXAMPLES_FILE = 'data.jsonl';
const FACTS_FILE = 'data.json';
const PROBLEMS_FILE = 'problems.jsonl';

/** Problems and notes that the facts list. */
const MAX_LISTED = 100;

/** Which examples are used. */
export interface ExampleFilter {
  /** Only these categories. @default all */
  readonly categories?: readonly string[] | undefined;
  /** Only so many, the first ones. @default all */
  readonly limit?: number | undefined;
}

/**
 * Writes the examples of a run to its folder, so that they are read in the same way ever after.
 *
 * @param onProblem Told each row that cannot be used, and each note.
 * @throws InvalidArgumentError where the folder has the examples of other data; DataFormatError where there are none.
 */
export async function storeExamples(
  folder: string,
  items: AsyncIterable<ExampleItem>,
  {
    sources,
    categories: wanted,
    limit = Number.POSITIVE_INFINITY,
    onProblem,
  }: ExampleFilter & {
    sources: readonly string[];
    onProblem: (problem: DataProblem, isUsed: boolean) => void;
  },
): Promise<DataFacts> {
  const path = join(folder, EXAMPLES_FILE);
  const problemsPath = join(folder, PROBLEMS_FILE);
  const file = createWriteStream(`${path}.new`);
  const problemFile = createWriteStream(`${problemsPath}.new`);
  const sha256 = createHash('sha256');
  const prompts = new Set<string>();
  const categories: Record<string, number> = {};
  const problems: DataProblem[] = [];
  const notes: DataProblem[] = [];
  const counts = { read: 0, examples: 0, skipped: 0, leftOut: 0, references: 0, maxCandidates: 0 };
  const report = async (problem: DataProblem, isUsed: boolean) => {
    const list = isUsed ? notes : problems;
    if (list.length < MAX_LISTED) list.push(problem);
    if (!problemFile.write(`${JSON.stringify({ ...problem, isUsed })}\n`)) await once(problemFile, 'drain');
    onProblem(problem, isUsed);
  };
  for await (const item of items) {
    counts.read += 1;
    if ('problem' in item) {
      counts.skipped += 1;
      await report(item.problem, false);
      continue;
    }
    const { example } = item;
    const { category = '' } = example;
    if (wanted !== undefined && !wanted.includes(category)) {
      counts.leftOut += 1;
      continue;
    }
    for (const note of item.notes) await report(note, true);
    counts.examples += 1;
    prompts.add(example.prompt);
    if (example.references.length > 0) counts.references += 1;
    counts.maxCandidates = Math.max(counts.maxCandidates, example.candidates.length);
    if (category !== '') categories[category] = (categories[category] ?? 0) + 1;
    const line = `${JSON.stringify(example)}\n`;
    sha256.update(line);
    if (!file.write(line)) await once(file, 'drain');
    if (counts.examples >= limit) break;
  }
  for (const stream of [file, problemFile]) {
    stream.end();
    await finished(stream);
  }
  const facts = {
    sources,
    ...counts,
    prompts: prompts.size,
    problems,
    notes,
    categories,
    sha256: sha256.digest('hex'),
  };
  const earlier = await readDataFacts(folder);
  if (earlier !== undefined && earlier.sha256 !== facts.sha256) {
    await Promise.all([rm(`${path}.new`), rm(`${problemsPath}.new`)]);
    throw new InvalidArgumentError({
      parameter: 'output',
      value: folder,
      message: `the run in it was begun with other data (${earlier.examples} examples; these are ${facts.examples}). Name the same files, categories and limit, or another folder.`,
    });
  }
  if (facts.examples === 0) {
    await Promise.all([rm(`${path}.new`), rm(`${problemsPath}.new`)]);
    throw noExamples(facts, wanted);
  }
  await rename(`${problemsPath}.new`, problemsPath);
  await rename(`${path}.new`, path);
  await writeFile(join(folder, `.${FACTS_FILE}`), `${JSON.stringify(facts, null, 2)}\n`);
  await rename(join(folder, `.${FACTS_FILE}`), join(folder, FACTS_FILE));
  return facts;
}

function noExamples(facts: DataFacts, wanted: readonly string[] | undefined): DataFormatError {
  const [first] = facts.problems;
  const reason =
    facts.leftOut > 0
      ? `no example has the category ${(wanted ?? []).join(' or ')}.`
      : first === undefined
        ? 'there is nothing to read.'
        : `none of ${facts.read} rows can be used; ${first.place}: ${first.reason}`;
  return new DataFormatError({ source: facts.sources.join(', '), reason });
}

/** What {@link storeExamples} has found; undefined where there is no run in the folder. */
export async function readDataFacts(folder: string): Promise<DataFacts | undefined> {
  return parseJson(await readFile(join(folder, FACTS_FILE), 'utf8').catch(() => '')) as DataFacts | undefined;
}

/** The examples of a run, in their order. */
export async function* readStoredExamples(folder: string): AsyncGenerator<Example, void> {
  for await (const line of linesOf(createReadStream(join(folder, EXAMPLES_FILE)))) yield JSON.parse(line) as Example;
}

/** The examples of a run as the input of a job. */
export function exampleInput(folder: string, { sha256, examples }: DataFacts): BatchInput<Example> {
  const path = join(folder, EXAMPLES_FILE);
  return {
    fingerprint: async () => ({ examples, sha256 }),
    async *read(from): AsyncGenerator<InputItem<Example>, void> {
      let index = from?.index ?? 0;
      let offset = from?.position['offset'] ?? 0;
      for await (const line of linesOf(createReadStream(path, { start: offset }))) {
        const record = JSON.parse(line) as Example;
        const { id } = record;
        yield { index, id, fallbackId: index + 1, place: `example ${id}`, position: { offset }, record };
        index += 1;
        offset += Buffer.byteLength(line) + 1;
      }
    },
  };
}
