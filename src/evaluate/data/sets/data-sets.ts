import type { DataSet } from '../data-set.ts';
import { autoJ } from './auto-j.ts';
import { conversationBattles } from './conversation-battles.ts';
import { mixInstruct } from './mix-instruct.ts';
import { multipleChoice } from './multiple-choice.ts';
import { pandaLm } from './panda-lm.ts';
import { rewardBench2 } from './reward-bench-2.ts';
import { summarizeFromFeedback } from './summarize-from-feedback.ts';
import { webGpt } from './web-gpt.ts';

/** Data sets with rows of a form of their own, in the order in which they are asked. */
export const DATA_SETS: readonly DataSet[] = [
  mixInstruct,
  rewardBench2,
  conversationBattles,
  autoJ,
  pandaLm,
  multipleChoice,
  summarizeFromFeedback,
  webGpt,
];
