export { estimateCompare, estimateFuse, estimateRank, formTokens, fuserEntry } from './estimate.ts';
export { planFusing } from './plan-fusing.ts';
export { planJudging } from './plan-judging.ts';
export { type PlannedCalls, priceCalls } from './planned-calls.ts';
export { answerTokens, promptTokens, textTokens } from './text-tokens.ts';
export {
  add,
  addEstimates,
  capped,
  type EstimatedCalls,
  type EstimatedPhase,
  type EstimateRange,
  exactly,
  toEstimate,
  type WorkEstimate,
} from './work-estimate.ts';
