import type { JudgeLanguage } from '../../spec/ranker-choice.ts';
import { IN_PROCESS_PROMPT_TOKENS } from './in-process-judge.ts';
import { LIST_PROMPT_TOKENS, LIST_REPLY_TOKENS, LIST_WINDOW, listWindows } from './list-judge.ts';
import { judgePromptTokens, JUDGE_QUESTIONS } from './llm-judge.ts';
import { judgeTexts, listPrompt, pairPrompt } from './prompt/judge-prompt.ts';

/** What a judge takes, known before it is asked. */
export interface JudgeCalls {
  /** Most tokens of a prompt, without images and files. */
  readonly promptTokens: number;
  /** Most tokens of a reply, and of the one that is asked for where the first had no verdict. */
  readonly replyTokens: readonly [first: number, again?: number];
  /** Most candidates that one call shows. */
  readonly candidates: number;
  /** Calls that it takes to put so many candidates in order. */
  readonly windows: (size: number) => number;
  /** The prompt with empty texts. */
  readonly frame: (candidates: number) => string;
}

/** What a judge takes by its kind and settings. */
export function judgeCalls({
  isList,
  isInProcess,
  modelName,
  promptTokens,
  maxOutputTokens,
  language,
}: {
  isList: boolean;
  isInProcess: boolean;
  modelName: string;
  promptTokens?: number | undefined;
  maxOutputTokens?: number | undefined;
  language?: JudgeLanguage | undefined;
}): JudgeCalls {
  const texts = judgeTexts(language);
  const nothing = { instruction: '', input: '' };
  if (isList) {
    const reply = maxOutputTokens ?? LIST_REPLY_TOKENS;
    return {
      promptTokens: promptTokens ?? LIST_PROMPT_TOKENS,
      replyTokens: [reply, reply],
      candidates: LIST_WINDOW,
      windows: listWindows,
      frame: (size) => listPrompt(texts, nothing, Array(size).fill('')),
    };
  }
  const [first, again] = JUDGE_QUESTIONS.map((question) => maxOutputTokens ?? question.maxOutputTokens);
  return {
    promptTokens: isInProcess ? IN_PROCESS_PROMPT_TOKENS : (promptTokens ?? judgePromptTokens(modelName)),
    // A model in this process writes nothing: the choices are scored.
    replyTokens: isInProcess ? [0] : [first ?? 0, again ?? 0],
    candidates: 2,
    windows: () => 1,
    frame: () => pairPrompt(texts, { task: nothing, left: '', right: '' }),
  };
}
