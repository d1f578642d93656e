import type { LanguageModelV4CallOptions, SharedV4Warning } from '@ai-sdk/provider';

/** Warnings for the settings of a call that a local model does not heed. */
export function callWarnings({ tools = [], toolChoice, reasoning }: LanguageModelV4CallOptions): SharedV4Warning[] {
  const forced = toolChoice?.type === 'required' || toolChoice?.type === 'tool';
  const ignored = {
    tools: tools.length > 0 && 'Local models cannot call tools.',
    toolChoice: forced && 'Local models cannot call tools.',
    reasoning:
      reasoning !== undefined &&
      reasoning !== 'provider-default' &&
      'How much a local model reasons is up to its chat template.',
  };
  return Object.entries(ignored).flatMap(([feature, details]) =>
    details === false ? [] : [{ type: 'unsupported' as const, feature, details }],
  );
}
