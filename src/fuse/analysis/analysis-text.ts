import type { FusionAnalysis } from '../../spec/fusion-analysis.ts';
import type { Measure } from '../../util/fit-texts.ts';

/** Most points of each list, so that a small model comes to an end. */
export const MAX_POINTS = 6;

/** The four lists of an analysis with their headings. */
export const ANALYSIS_HEADINGS = {
  agreement: 'Agreement',
  contradictions: 'Contradictions',
  uniquePoints: 'Unique points',
  blindSpots: 'Blind spots',
} as const satisfies Record<keyof FusionAnalysis, string>;

/** The names of the four lists, in the order of the text. */
export const ANALYSIS_LISTS = Object.keys(ANALYSIS_HEADINGS) as readonly (keyof FusionAnalysis)[];

/** An analysis as text; lists without a point are left out. */
export function analysisText(analysis: FusionAnalysis): string {
  return ANALYSIS_LISTS.filter((list) => analysis[list].length > 0)
    .map((list) => `${ANALYSIS_HEADINGS[list]}:\n${analysis[list].map((point) => `- ${point}`).join('\n')}`)
    .join('\n');
}

/** The same analysis with as many points of each list as fit into a budget. Undefined where none do. */
export function trimAnalysis(
  analysis: FusionAnalysis | undefined,
  budget: number,
  measure: Measure,
): FusionAnalysis | undefined {
  if (analysis === undefined) return undefined;
  for (let count = MAX_POINTS; count > 0; count--) {
    const lists = ANALYSIS_LISTS.map((list) => [list, analysis[list].slice(0, count)]);
    const trimmed = Object.fromEntries(lists) as Record<keyof FusionAnalysis, readonly string[]>;
    const text = analysisText(trimmed);
    if (text !== '' && measure(text) <= budget) return trimmed;
  }
  return undefined;
}
