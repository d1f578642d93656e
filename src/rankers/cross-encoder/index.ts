export { CrossEncoderRanker } from './cross-encoder-ranker.ts';
