import type { Blender } from '../../api/index.ts';
import type { JsonValue } from '../../batch/index.ts';
import type { BlendAnswer, RankerAnswer } from './answers.ts';
import { blendOutcomes } from './blend-outcomes.ts';
import { type ExampleRanking, type NamedRanker, rankerParts, rankExample } from './rank-example.ts';
import { readAnswers } from './run-systems.ts';
import type { System } from './system.ts';
import { readStoredExamples } from '../data/store-examples.ts';

/** What a judge says of the outcomes of blends for one example: a ranking of the different texts among them. */
export interface OutcomeJudgement extends RankerAnswer {
  /** For each outcome, by its name, the index of its text in the ranking. */
  readonly texts: Readonly<Record<string, number>>;
}

/** The judges that compare what blends have answered, once they have. */
export async function blendJudges(
  folder: string,
  {
    blends,
    judges = [],
    ranking = {},
  }: {
    readonly blends: readonly string[];
    readonly judges?: readonly NamedRanker[] | undefined;
    readonly ranking?: Omit<ExampleRanking, 'ranker'> | undefined;
  },
  blender: Blender,
): Promise<readonly System[]> {
  if (judges.length === 0) return [];
  const outcomes = await outcomesOf(folder, blends);
  return judges.map((given) => {
    const { name, ranker, configuration } = rankerParts(given);
    return {
      kind: 'blend-judge',
      name: `${name} of ${blends.join(', ')}`,
      configuration: {
        ...configuration,
        ranker: name,
        blends,
        ranking: JSON.parse(JSON.stringify(ranking)) as JsonValue,
      },
      work: async ({ id, question }, abortSignal): Promise<OutcomeJudgement> => {
        const named = outcomes.get(id) ?? new Map<string, string>();
        const texts = [...new Set(named.values())];
        const indices = Object.fromEntries([...named].map(([outcome, text]) => [outcome, texts.indexOf(text)]));
        if (texts.length === 0) throw new Error('no blend has answered it.');
        return {
          texts: indices,
          ...(await rankExample(blender, { question, texts }, { ...ranking, ranker }, abortSignal)),
        };
      },
    };
  });
}

/** The outcomes of all blends by the id of the example, each a text by the name of the outcome. */
async function outcomesOf(
  folder: string,
  blends: readonly string[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
  const ids: string[] = [];
  for await (const { id } of readStoredExamples(folder)) ids.push(id);
  const outcomes = new Map<string, Map<string, string>>(ids.map((id) => [id, new Map()]));
  for (const name of blends) {
    for await (const { index, answer } of readAnswers<BlendAnswer>(folder, { kind: 'blend', name })) {
      if ('error' in answer) continue;
      const own = outcomes.get(ids[index] ?? '');
      for (const { key, text } of blendOutcomes(name, answer)) own?.set(key, text);
    }
  }
  return outcomes;
}
