export { loadCrossEncoder } from './cross-encoder-ranker.ts';
export { quantizeCheckpoint } from './checkpoint/quantize-checkpoint.ts';
