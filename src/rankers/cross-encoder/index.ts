export { loadCrossEncoder } from './cross-encoder-ranker.ts';
export { quantizeCheckpoint } from './checkpoint/quantize-checkpoint.ts';
export { type EncodedText, loadTextEncoder, type TextEncoder } from './text-encoder.ts';
