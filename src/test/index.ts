export { FakeFuser } from './fake-fuser.ts';
export { type FakeAnswer, FakeLanguageModel, HANG } from './fake-language-model.ts';
export { FakePairRanker } from './fake-pair-ranker.ts';
