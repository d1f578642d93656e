export { LlmJudge } from './llm-judge.ts';
