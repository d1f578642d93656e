import type { FusionAnalysis } from '../../spec/fusion-analysis.ts';
import type { Measure } from '../../util/fit-texts.ts';
import { MAX_POINTS } from './analysis-prompt.ts';
import { ANALYSIS_LISTS, analysisText } from './analysis-text.ts';

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
