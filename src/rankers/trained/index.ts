export { EncoderRanker } from './trained-ranker.ts';
