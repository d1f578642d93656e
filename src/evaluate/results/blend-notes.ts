import type { DataFacts } from '../data/store-examples.ts';
import type { BlendCase } from './blend-table.ts';

/** What has to be known to read the figures of blends. */
export function blendNotes(
  cases: readonly BlendCase[],
  { data, judges }: { readonly data: Partial<Pick<DataFacts, 'references'>>; readonly judges: readonly string[] },
): readonly string[] {
  const areGiven = cases.some(({ given }) => given !== undefined);
  const notes: string[] = [];
  if (cases.some(({ given }) => given?.gold !== undefined)) {
    notes.push(
      'The comparisons in the data are of their candidates. No fused text is in them, so what is fused has no GPT-Rank: metrics against references, or a judge, say what it is worth.',
    );
  }
  if (data.references === 0 && judges.length === 0) {
    notes.push(
      `No example has a reference answer, and there is no judge, so nothing says how good the ${areGiven ? 'fused texts' : 'answers'} are.`,
    );
  }
  return [...notes, ...smallerFusions(cases)];
}

/** Where fewer candidates were fused than K says. */
function smallerFusions(cases: readonly BlendCase[]): readonly string[] {
  const counts = new Map<string, { all: number; fewer: number }>();
  for (const { blends } of cases) {
    for (const [name, { variants }] of Object.entries(blends)) {
      for (const { topK, from } of variants) {
        const key = `${name}, K = ${topK}`;
        const { all, fewer } = counts.get(key) ?? { all: 0, fewer: 0 };
        counts.set(key, { all: all + 1, fewer: fewer + (from !== undefined && from.length < topK ? 1 : 0) });
      }
    }
  }
  return [...counts].flatMap(([key, { all, fewer }]) =>
    fewer === 0
      ? []
      : [`${key}: ${fewer} of ${all} examples have fewer different candidates, and all that they have were fused.`],
  );
}
