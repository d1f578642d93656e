export { loadTrainedRanker } from './trained-ranker.ts';
