import { createReadStream, createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { roundScores } from '../../records/index.ts';
import { InvalidArgumentError } from '../../error/index.ts';
import type { Example } from '../data/example.ts';
import { readStoredExamples } from '../data/store-examples.ts';
import { linesOf } from '../data/lines.ts';
import type { BlendAnswer } from '../run/answers.ts';
import { blendOutcomes } from '../run/blend-outcomes.ts';
import type { RunRecord } from '../run/run-record.ts';
import { readAnswers } from '../run/run-systems.ts';
import type { System } from '../run/system.ts';
import {
  type EvaluatedExample,
  type Failed,
  isAnswered,
  type MeasuredBlend,
  type Metrics,
} from './evaluated-example.ts';
import type { EvaluationMetric, MetricAnswer } from './metric.ts';

/** What is in the folder of a run: its examples with all that was asked and measured, one a line. */
export const EXAMPLES_FILE = 'examples.jsonl';

/** Examples that are measured together. */
const BATCH = 32;

/** What looks at each text. */
interface Measuring {
  readonly metrics: readonly EvaluationMetric[];
  /** Metrics that are computed of every text, also where the data have a score of that name. */
  readonly withoutScores: ReadonlySet<string>;
  readonly abortSignal: AbortSignal | undefined;
  /** Told how many examples are done. */
  readonly onMeasured?: ((examples: number) => void) | undefined;
}

/** Writes `examples.jsonl` of a run: the examples with the answers of all systems, and what metrics say of each text. */
export async function joinAnswers(
  folder: string,
  { systems }: Pick<RunRecord, 'systems'>,
  measuring: Measuring,
): Promise<void> {
  const readers = systems.map((system) => ({ system, answers: new AnswersByIndex(folder, system) }));
  async function* joined(): AsyncGenerator<EvaluatedExample, void> {
    let index = 0;
    for await (const example of readStoredExamples(folder)) {
      const answers: Record<System['kind'], Record<string, never>> = {
        ranker: {},
        judge: {},
        blend: {},
        'blend-judge': {},
      };
      for (const { system, answers: own } of readers) {
        const answer = await own.at(index);
        if (answer !== undefined) answers[system.kind][system.name] = answer as never;
      }
      yield toEvaluated(example, answers);
      index += 1;
    }
  }
  await writeExamples(folder, measured(joined(), measuring));
}

/** Adds figures of further metrics to `examples.jsonl`. Those that it has stay as they are. */
export async function measureAgain(folder: string, measuring: Measuring): Promise<void> {
  await writeExamples(folder, measured(readEvaluated(folder), measuring));
}

/** The lines of `examples.jsonl`. @throws InvalidArgumentError where there are none */
export async function* readEvaluated(folder: string): AsyncGenerator<EvaluatedExample, void> {
  try {
    for await (const line of linesOf(createReadStream(join(folder, EXAMPLES_FILE))))
      yield JSON.parse(line) as EvaluatedExample;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new InvalidArgumentError({
      parameter: 'folder',
      value: folder,
      message: `there is no ${EXAMPLES_FILE} in it. Name the folder of a run of evaluate that has ended.`,
    });
  }
}

async function writeExamples(folder: string, examples: AsyncIterable<EvaluatedExample>): Promise<void> {
  const path = join(folder, EXAMPLES_FILE);
  const file = createWriteStream(`${path}.new`);
  for await (const example of examples) {
    if (!file.write(`${JSON.stringify(example)}\n`)) await once(file, 'drain');
  }
  file.end();
  await finished(file);
  await rename(`${path}.new`, path);
}

/** The answers of a system, read along the examples. */
class AnswersByIndex {
  readonly #answers: AsyncIterator<{ readonly index: number; readonly answer: object }>;
  #next: { readonly index: number; readonly answer: object } | undefined;
  #begun = false;

  constructor(folder: string, system: Pick<System, 'kind' | 'name'>) {
    this.#answers = readAnswers<object>(folder, system)[Symbol.asyncIterator]();
  }

  /** The answer to an example; called with ever higher indices. */
  async at(index: number): Promise<object | undefined> {
    while (!this.#begun || (this.#next !== undefined && this.#next.index < index)) {
      this.#begun = true;
      const { done, value } = await this.#answers.next();
      this.#next = done === true ? undefined : value;
    }
    return this.#next?.index === index ? this.#next.answer : undefined;
  }
}

function toEvaluated(
  { candidates, ...example }: Example,
  answers: Readonly<Record<System['kind'], Readonly<Record<string, object>>>>,
): EvaluatedExample {
  return {
    ...example,
    candidates: candidates.map(({ scores, ...candidate }) => ({
      ...candidate,
      characters: candidate.text.length,
      metrics: scores ?? {},
    })),
    rankers: answers.ranker as EvaluatedExample['rankers'],
    judges: answers.judge as EvaluatedExample['judges'],
    blends: Object.fromEntries(
      Object.entries(answers.blend).map(([name, answer]) => [name, toMeasuredBlend(name, answer as BlendAnswer)]),
    ),
    blendJudges: answers['blend-judge'] as EvaluatedExample['blendJudges'],
  };
}

function toMeasuredBlend(name: string, answer: BlendAnswer | Failed): MeasuredBlend | Failed {
  if (!isAnswered(answer)) return answer;
  const outcomes = blendOutcomes(name, answer);
  const { ranker, candidates, variants, failures, spent } = answer;
  const fused = variants.flatMap(({ fused: text }) => text ?? []);
  const texts = [...new Set([...candidates.map(({ text }) => text), ...fused])];
  return {
    texts: texts.map((text) => ({ text, characters: text.length, metrics: {} })),
    candidates: candidates.map(({ text, ...candidate }) => ({ ...candidate, text: texts.indexOf(text) })),
    variants: variants.map(({ fused: text, ...variant }) => ({
      ...variant,
      fused: text === null ? null : texts.indexOf(text),
    })),
    outcomes: outcomes.map(({ text, ...outcome }) => ({ ...outcome, text: texts.indexOf(text) })),
    ranker,
    failures,
    spent,
  };
}

/** A text that metrics look at, and where its figures go. */
interface Slot {
  readonly answer: MetricAnswer;
  readonly known: Metrics;
}

async function* measured(
  examples: AsyncIterable<EvaluatedExample>,
  { metrics, withoutScores, abortSignal, onMeasured }: Measuring,
): AsyncGenerator<EvaluatedExample, void> {
  if (metrics.length === 0) return yield* examples;
  const names = metrics.map(({ name }) => name).filter((name) => withoutScores.has(name));
  let batch: EvaluatedExample[] = [];
  let examplesDone = 0;
  const flush = async () => {
    const slots = batch.map(slotsOf);
    const figures = await figuresOf(slots.flat(), metrics, abortSignal);
    let place = 0;
    const next = () => figures[place++] ?? {};
    const done = batch.map((example) => withFigures(example, next));
    examplesDone += batch.length;
    onMeasured?.(examplesDone);
    batch = [];
    return done;
  };
  for await (const example of examples) {
    abortSignal?.throwIfAborted();
    batch.push(names.length === 0 ? example : dropScores(example, names));
    if (batch.length === BATCH) yield* await flush();
  }
  yield* await flush();
}

function dropScores({ candidates, ...example }: EvaluatedExample, names: readonly string[]): EvaluatedExample {
  const isKept = ([name]: readonly [string, number]) => !names.includes(name);
  return {
    ...example,
    candidates: candidates.map(({ metrics, ...candidate }) => ({
      ...candidate,
      metrics: Object.fromEntries(Object.entries(metrics).filter(isKept)),
    })),
  };
}

function slotsOf({ question, references, candidates, blends }: EvaluatedExample): readonly Slot[] {
  const asked = { question, references };
  return [
    ...candidates.map(({ text, model, metrics }) => ({ answer: { ...asked, candidate: text, model }, known: metrics })),
    ...Object.values(blends).flatMap((blend) =>
      isAnswered<MeasuredBlend>(blend)
        ? blend.texts.map(({ text, metrics }) => ({ answer: { ...asked, candidate: text }, known: metrics }))
        : [],
    ),
  ];
}

/** In the order of {@link slotsOf}. */
function withFigures(example: EvaluatedExample, next: () => Metrics): EvaluatedExample {
  return {
    ...example,
    candidates: example.candidates.map((candidate) => ({ ...candidate, metrics: next() })),
    blends: Object.fromEntries(
      Object.entries(example.blends).map(([name, blend]) => [
        name,
        isAnswered<MeasuredBlend>(blend)
          ? { ...blend, texts: blend.texts.map((text) => ({ ...text, metrics: next() })) }
          : blend,
      ]),
    ),
  };
}

async function figuresOf(
  slots: readonly Slot[],
  metrics: readonly EvaluationMetric[],
  abortSignal: AbortSignal | undefined,
): Promise<readonly Metrics[]> {
  const figures: Record<string, number>[] = slots.map(({ known }) => ({ ...known }));
  const sources = sourcesOf(slots);
  for (const { name, score, needsReferences = false } of metrics) {
    const asked = slots.flatMap(({ answer, known }, place) =>
      known[name] !== undefined || sources[place] !== place || (needsReferences && answer.references.length === 0)
        ? []
        : [place],
    );
    if (asked.length === 0) continue;
    const answers = asked.map((place) => slots[place]?.answer as MetricAnswer);
    const values = await score(answers, { abortSignal });
    if (values.length !== answers.length) {
      throw new InvalidArgumentError({
        parameter: 'metric',
        value: name,
        message: `it gave ${values.length} figures for ${answers.length} answers.`,
      });
    }
    for (const [index, place] of asked.entries()) {
      const value = values[index];
      const own = figures[place];
      if (own !== undefined && typeof value === 'number' && Number.isFinite(value)) own[name] = roundScores(value);
    }
    for (const [place, source] of sources.entries()) {
      const [own, value] = [figures[place], figures[source]?.[name]];
      if (source !== place && own !== undefined && value !== undefined) own[name] ??= value;
    }
  }
  return figures;
}

/** For each slot the place of the one that is measured for it: a text that a blend was given is the candidate that it is. */
function sourcesOf(slots: readonly Slot[]): readonly number[] {
  const byExample = new Map<readonly string[], Map<string, number>>();
  return slots.map(({ answer: { candidate, references, model } }, place) => {
    const known = byExample.get(references) ?? new Map<string, number>();
    byExample.set(references, known);
    const source = known.get(candidate);
    if (source === undefined) known.set(candidate, place);
    return source === undefined || model !== undefined ? place : source;
  });
}
