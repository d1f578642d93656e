export { type RankerFunctionOptions, rankerFromComparison, rankerFromScore } from './function-ranker.ts';
export { rankerFromRerankingModel } from './reranking-ranker.ts';
