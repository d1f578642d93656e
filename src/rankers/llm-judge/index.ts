export { type JudgeCalls, judgeCalls } from './judge-calls.ts';
export { createInProcessJudge } from './in-process-judge.ts';
export { createListJudge } from './list-judge.ts';
export { createLlmJudge } from './llm-judge.ts';
