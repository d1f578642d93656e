import { Output } from 'ai';
import { type Answer, CountingBudget, failureOf } from '../../calls/index.ts';
import type { CallBudget } from '../../spec/call-budget.ts';
import type { FusionAnalysisOutcome } from '../../spec/fuser.ts';
import type { Usage } from '../../spec/usage.ts';
import { fitFusion } from '../fit-fusion.ts';
import type { FuserContext } from '../fuser-context.ts';
import type { FusionParts } from '../fusion-material.ts';
import { analysisPrompt, analysisSchema } from './analysis-prompt.ts';
import { parseAnalysis } from './parse-analysis.ts';

/** Most tokens of an analysis: 24 short points. */
const MAX_TOKENS = 1024;

/** Part of the context that an analysis may take, when it is written and when it is read. */
export const ANALYSIS_SHARE = 1 / 4;

/** What an analysis came to, and what it took. */
export interface CandidateAnalysis extends FusionAnalysisOutcome {
  readonly truncated: boolean;
  readonly usage: Usage;
}

/**
 * Asks the fuser's model to compare the candidates before it writes. What goes wrong is told in the outcome: a fusion
 * can do without.
 *
 * @throws the signal's reason on abort, and nothing else.
 */
export async function analyseCandidates({
  parts,
  context,
  model,
  ask,
  budget,
  abortSignal,
}: {
  parts: FusionParts;
  context: FuserContext;
  /** The name of the model. */
  model: string;
  ask: (
    prompt: string,
    options: { output: Output.Output; maxOutputTokens: number; budget: CallBudget },
  ) => Promise<Answer>;
  budget: CallBudget | undefined;
  abortSignal: AbortSignal | undefined;
}): Promise<CandidateAnalysis> {
  const maxOutputTokens = Math.min(MAX_TOKENS, Math.floor(context.tokens * ANALYSIS_SHARE));
  let truncated = false;
  const counted = new CountingBudget(budget);
  try {
    const fitted = fitFusion(analysisPrompt, parts, { context, outputTokens: maxOutputTokens, model });
    ({ truncated } = fitted);
    const output = Output.object({ schema: analysisSchema });
    const { text } = await ask(fitted.text, { output, maxOutputTokens, budget: counted });
    const analysis = await parseAnalysis(text);
    if (analysis === undefined) throw new Error('the analysis could not be read');
    return { analysis, failure: undefined, truncated, usage: counted.usage };
  } catch (error) {
    abortSignal?.throwIfAborted();
    const failure = { id: 'fuser', model, phase: 'analyse', ...failureOf(error) } as const;
    return { analysis: undefined, failure, truncated, usage: counted.usage };
  }
}
