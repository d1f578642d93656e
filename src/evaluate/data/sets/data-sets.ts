import type { DataSet } from '../data-set.ts';
import { autoJ } from './auto-j.ts';
import { conversationBattles } from './conversation-battles.ts';
import { mixInstruct } from './mix-instruct.ts';
import { multipleChoice } from './multiple-choice.ts';
import { rewardBench2 } from './reward-bench-2.ts';

/** Data sets with rows of a form of their own, in the order in which they are asked. */
export const DATA_SETS: readonly DataSet[] = [mixInstruct, rewardBench2, conversationBattles, autoJ, multipleChoice];
