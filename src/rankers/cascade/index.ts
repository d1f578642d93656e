export { cascadeRanker } from './cascade-ranker.ts';
