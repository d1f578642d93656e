export { createInProcessJudge } from './in-process-judge.ts';
export type { JudgeOptions } from './judge-model.ts';
export { createListJudge } from './list-judge.ts';
export { createLlmJudge } from './llm-judge.ts';
export { parseVerdict } from './verdict/parse-verdict.ts';
