export { CrossEncoderRanker } from './cross-encoder-ranker.ts';
export { quantizeCheckpoint } from './quantize-checkpoint.ts';
