import type { PairRanker } from '../spec/pair-ranker.ts';
import { doWork, inSpan } from '../telemetry/index.ts';
import type { PairComparison } from './pair-comparison.ts';

/** Asks a ranker inside of a span, which has an event for each pair that it has judged. */
export function inCompareSpan<RESULT>(
  { ranker, pairs }: { ranker: PairRanker; pairs: number },
  ask: (tell: (comparison: PairComparison) => void) => Promise<RESULT>,
): Promise<RESULT> {
  const attributes = { 'llm_blender.ranker': ranker.name, 'llm_blender.pairs': pairs };
  return doWork({ phase: 'compare' }, () =>
    inSpan(`compare ${ranker.name}`, { attributes }, (span) =>
      ask(({ left, right, logit }) =>
        span.addEvent('llm_blender.comparison', {
          'llm_blender.left': left,
          'llm_blender.right': right,
          'llm_blender.logit': logit,
        }),
      ),
    ),
  );
}
