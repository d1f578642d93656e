export { type CandidateVerdict, type GptRanks, gptRanks, ranksOf } from './paper/gpt-rank.ts';
export {
  footrule,
  type MeanCorrelation,
  randomFootrule,
  rankAgreement,
  type RankAgreement,
  type RankAgreementOptions,
} from './paper/rank-agreement.ts';
export { setOverlap } from './paper/set-overlap.ts';
export { type RankSummary, summarizeRanks } from './paper/top-k.ts';
export { type Encounter, WIN_RULES, type WinRule, winsAgainst, type WinsAgainst } from './paper/wins-against.ts';
export { type BertScore, type BertScoreOptions, loadBertScore, type LoadedBertScore } from './text/bert-score.ts';
export { type BleuOptions, bleuMetric, type BleuSmoothing, corpusBleu, sentenceBleu } from './text/bleu.ts';
export { BLEU_TOKENIZERS, type BleuTokenizer } from './text/bleu-tokens.ts';
export { chrfMetric, type ChrfOptions, corpusChrf, sentenceChrf } from './text/chrf.ts';
export {
  ROUGE_KINDS,
  type RougeKind,
  rougeMetric,
  type RougeOptions,
  type RougeScore,
  rougeScore,
} from './text/rouge.ts';
export type { ScoredAnswer, TextMetric } from './text/text-metric.ts';
