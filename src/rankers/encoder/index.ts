export { EncoderRanker } from './encoder-ranker.ts';
