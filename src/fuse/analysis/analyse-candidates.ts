import { Output } from 'ai';
import { type Answer, failureOf } from '../../calls/index.ts';
import type { FusionAnalysisOutcome } from '../../spec/fuser.ts';
import { NO_USAGE, type Usage } from '../../spec/usage.ts';
import { fitFusion } from '../fit-fusion.ts';
import type { FuserContext } from '../fuser-context.ts';
import type { FusionParts } from '../fusion-material.ts';
import { analysisPrompt, analysisSchema } from './analysis-prompt.ts';
import { parseAnalysis } from './parse-analysis.ts';

/** Most tokens of an analysis: 24 short points. */
const MOST_TOKENS = 1024;

/** Part of the context that an analysis may take, when it is written and when it is read. */
export const ANALYSIS_SHARE = 1 / 4;

/** A call that failed on its way: that it was made is all that is known. */
const FAILED_CALL: Usage = { calls: 1, inputTokens: undefined, outputTokens: undefined, cost: undefined };

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
  abortSignal,
}: {
  parts: FusionParts;
  context: FuserContext;
  /** The name of the model. */
  model: string;
  ask: (prompt: string, options: { output: Output.Output; maxOutputTokens: number }) => Promise<Answer>;
  abortSignal: AbortSignal | undefined;
}): Promise<CandidateAnalysis> {
  const maxOutputTokens = Math.min(MOST_TOKENS, Math.floor(context.tokens * ANALYSIS_SHARE));
  let truncated = false;
  let usage = NO_USAGE;
  try {
    const fitted = fitFusion(analysisPrompt, parts, { context, outputTokens: maxOutputTokens, model });
    ({ truncated } = fitted);
    usage = FAILED_CALL;
    const answer = await ask(fitted.text, { output: Output.object({ schema: analysisSchema }), maxOutputTokens });
    ({ usage } = answer);
    const analysis = await parseAnalysis(answer.text);
    if (analysis === undefined) throw new Error('the analysis could not be read');
    return { analysis, failure: undefined, truncated, usage };
  } catch (error) {
    abortSignal?.throwIfAborted();
    const failure = { id: 'fuser', model, phase: 'analyse', ...failureOf(error) } as const;
    return { analysis: undefined, failure, truncated, usage };
  }
}
