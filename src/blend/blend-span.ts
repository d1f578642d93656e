import { inSpan, withoutUndefined } from '../telemetry/index.ts';
import type { BlendResult } from './blend-result.ts';

/** Runs a blend inside of a span, which the spans of its candidates, comparisons and fusion lie in. */
export function inBlendSpan(name: string, run: () => Promise<BlendResult>): Promise<BlendResult> {
  const attributes = { 'gen_ai.operation.name': 'invoke_workflow', 'gen_ai.agent.name': name };
  return inSpan(`invoke_workflow ${name}`, { attributes }, async (span) => {
    const result = await run();
    const { decision, ranker, candidates, failures, usage } = result;
    span.setAttributes(
      withoutUndefined({
        'llm_blender.decision': decision,
        'llm_blender.ranker': ranker,
        'llm_blender.candidates': candidates.length,
        'llm_blender.failures': failures.length,
        // By names of our own: these tokens are those of the calls inside, and would be counted twice.
        'llm_blender.usage.calls': usage.calls,
        'llm_blender.usage.input_tokens': usage.inputTokens,
        'llm_blender.usage.output_tokens': usage.outputTokens,
        'llm_blender.usage.cost': usage.cost,
      }),
    );
    return result;
  });
}
