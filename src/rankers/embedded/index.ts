export { loadEmbeddedRanker } from './embedded-ranker.ts';
