import type { FusionAnalysis } from '../../spec/fusion-analysis.ts';

/** The four lists of an analysis with what a reader calls them. */
export const ANALYSIS_HEADINGS = {
  agreement: 'Agreement',
  contradictions: 'Contradictions',
  uniquePoints: 'Unique points',
  blindSpots: 'Blind spots',
} as const satisfies Record<keyof FusionAnalysis, string>;

/** The names of the four lists, in the order in which they are told. */
export const ANALYSIS_LISTS = Object.keys(ANALYSIS_HEADINGS) as readonly (keyof FusionAnalysis)[];

/** An analysis as text; lists without a point are left out. */
export function analysisText(analysis: FusionAnalysis): string {
  return ANALYSIS_LISTS.filter((list) => analysis[list].length > 0)
    .map((list) => `${ANALYSIS_HEADINGS[list]}:\n${analysis[list].map((point) => `- ${point}`).join('\n')}`)
    .join('\n');
}
