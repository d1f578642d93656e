import { defaultStrategy, type RankSettings, resolveSchedule } from '../rank/index.ts';
import type { Resources } from '../registry/index.ts';
import { providerOf } from '../spec/providers.ts';
import { modelName } from '../spec/model-choice.ts';
import type { RankerChoice } from '../spec/ranker-choice.ts';
import type { Task } from '../spec/task.ts';
import type { PlannedCalls } from './planned-calls.ts';
import { fileTokens, meanTokens, tokensOfSome, textTokens } from './text-tokens.ts';
import { add, capped, type EstimatedPhase, type EstimateRange, exactly, NOTHING, times } from './work-estimate.ts';

/** What is compared, and how. */
export interface JudgedTexts {
  readonly phase: EstimatedPhase;
  readonly ranker: RankerChoice | undefined;
  readonly task: Task;
  /** Tokens of each of the different texts, blank ones left out. */
  readonly texts: readonly EstimateRange[];
  readonly settings: Pick<RankSettings, 'strategy' | 'maxPairs' | 'orders'>;
  readonly resources: Resources;
}

/** The calls to judges that comparing texts takes; none for a ranker that calls no language model. */
export async function planJudging(judged: JudgedTexts): Promise<readonly PlannedCalls[]> {
  const { phase, task, texts, settings, resources } = judged;
  const judge = resources.judgeOf(judged.ranker);
  if (judge === undefined || texts.length < 2) return [];
  const { judgeCalls } = await import('../rankers/llm-judge/index.ts');
  const isInProcess = typeof judge.model === 'string' && providerOf(judge.model) === 'local';
  const limits = judgeCalls({
    isList: judge.isList,
    isInProcess,
    modelName: modelName(judge.model),
    ...judge.settings,
  });
  const strategy =
    settings.strategy ?? defaultStrategy({ hasPrefilter: judge.isCascade, isPointwise: judge.isList }, {});
  const schedule = resolveSchedule(strategy);
  const { maxPairs = Infinity, orders = 'both' } = settings;
  const pairs = capped(
    { atLeast: schedule.minPairs(texts.length, judge.isCascade), atMost: schedule.maxPairs(texts.length) },
    maxPairs,
  );
  const isAll = strategy === 'full' && maxPairs >= schedule.maxPairs(texts.length);
  const shown = judge.isList && isAll ? Math.min(texts.length, limits.candidates) : 2;
  const requests = judge.isList
    ? isAll
      ? exactly(limits.windows(texts.length))
      : { atLeast: Math.min(1, pairs.atLeast), atMost: pairs.atMost }
    : times(pairs, exactly(orders === 'both' ? 2 : 1));
  // All pairs show each text equally often.
  const mean = meanTokens(texts);
  const candidates = isAll && !judge.isList ? times(mean, exactly(2)) : tokensOfSome(texts, shown);
  const frame = textTokens(limits.frame(shown));
  const prompt = capped(add(frame, textTokens(`${task.instruction}${task.input}`), candidates), limits.promptTokens);
  const common = {
    phase,
    models: [judge.model],
    inputTokens: add(prompt, fileTokens(task.attachments)),
  };
  const [first, again] = limits.replyTokens;
  return [
    { ...common, calls: requests, outputTokens: { atLeast: isInProcess ? 0 : 1, atMost: first } },
    // A reply without a verdict is asked for once more.
    ...(again === undefined
      ? []
      : [{ ...common, calls: { ...NOTHING, atMost: requests.atMost }, outputTokens: { atLeast: 1, atMost: again } }]),
  ];
}
