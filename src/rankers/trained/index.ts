export type { EncodedText } from './text-encoder.ts';
export { loadTrainedParts, loadTrainedRanker } from './trained-ranker.ts';
