export { InProcessJudge } from './in-process-judge.ts';
export type { JudgeOptions } from './judge-model.ts';
export { ListJudge } from './list-judge.ts';
export { LlmJudge } from './llm-judge.ts';
export { parseVerdict } from './verdict/parse-verdict.ts';
