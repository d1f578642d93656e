export { InProcessJudge } from './in-process-judge.ts';
export { LlmJudge, type LlmJudgeOptions } from './llm-judge.ts';
export { ListJudge } from './list-judge.ts';
export { parseVerdict } from './verdict/parse-verdict.ts';
