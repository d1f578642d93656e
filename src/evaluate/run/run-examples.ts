import type { RunEvaluationOptions } from '../evaluate.ts';
import { type ExampleItem, readExamples } from '../data/read-examples.ts';
import type { DataFacts } from '../data/store-examples.ts';

/** Whether blends are given the candidates of the data. */
export function areGiven(options: RunEvaluationOptions): boolean {
  return options.kind === 'blend' && options.candidates === 'data';
}

/** The examples that an evaluation is about: of blends that generate their candidates the prompts alone. */
export function runExamples(options: RunEvaluationOptions): AsyncGenerator<ExampleItem, void> {
  const { sources, map, dataSets, kind, onWarning } = options;
  const isGiven = areGiven(options);
  return readExamples({
    sources,
    map,
    dataSets,
    promptsOnly: kind === 'blend' && !isGiven,
    minCandidates: isGiven ? 2 : 1,
    onWarning,
  });
}

/** What a person should know of the data before blends are asked. */
export function dataWarnings(
  options: RunEvaluationOptions,
  { examples, references, maxCandidates }: Pick<DataFacts, 'examples' | 'references' | 'maxCandidates'>,
): readonly string[] {
  if (options.kind !== 'blend') return [];
  const { judges = [], topK = [] } = options;
  const isGiven = areGiven(options);
  const tooLarge = isGiven ? topK.filter((k) => k > maxCandidates) : [];
  return [
    ...(references > 0 || judges.length > 0
      ? []
      : [
          `None of the ${examples} examples has a reference answer, and no judge is named, so nothing will say how good the ${isGiven ? 'fused texts' : 'answers'} are. Name a judge (--judge), or data with references.`,
        ]),
    ...tooLarge.map(
      (k) => `No example has more than ${maxCandidates} candidates, so K = ${k} fuses all that there are.`,
    ),
  ];
}
