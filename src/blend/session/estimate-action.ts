import { answerTokens, type EstimateRange, type PlannedCalls, planJudging, textTokens } from '../../estimate/index.ts';
import { type Call, planCalls } from '../../generate/index.ts';
import type { Resources } from '../../registry/index.ts';
import type { ModelEntry } from '../../spec/model-choice.ts';
import type { Prompt } from '../../spec/prompt.ts';
import { definedOnly } from '../../util/defined-only.ts';
import type { CompleteBlendOptions } from '../apply-named-blend.ts';
import { planAnswers, planDecision, planFusion, planRanking } from '../estimate-blend.ts';
import type { SessionAction } from './session-actions.ts';
import type { Turn } from './turn.ts';
import { type CallOutcome, type Members, samplesOf } from './turn-calls.ts';

/** A session as an action finds it. */
interface Situation {
  readonly options: CompleteBlendOptions;
  readonly resources: Resources;
  readonly members: Members;
  /** Undefined before the first question is asked. */
  readonly turn: Turn | undefined;
  /** The present question, or the one that the action asks. */
  readonly prompt: Prompt;
  /** The ids of the calls that the action is about. */
  readonly calls: readonly string[];
}

/** The calls that an action takes of language models. */
export async function planAction(
  action: SessionAction,
  { options, resources, members, turn, prompt, calls: aimedAt }: Situation,
): Promise<readonly PlannedCalls[]> {
  const answersOf = (entry: ModelEntry, samples: number) =>
    samples < 1 ? [] : planCalls({ ...options, models: [{ ...entry, samples }] });
  const answers = (calls: Parameters<typeof planAnswers>[0]) => planAnswers(calls, { prompt, options });
  const everyone = [...members.values()].flatMap((entry) => answersOf(entry, samplesOf(entry, { options })));
  /** Of answers that are there their own length, of others the longest. */
  const present = (turn?.calls.current ?? []).map((call) => ({ ...call, tokens: lengthOf(call) }));
  const known = present.filter(({ outcome }) => outcome !== undefined && 'text' in outcome);
  const common = { task: prompt.task, resources };
  const decision = (calls: readonly { readonly model: ModelEntry['model']; readonly tokens: EstimateRange }[]) => ({
    ...common,
    options,
    texts: calls.map(({ tokens }) => tokens),
    models: calls.map(({ model }) => model),
  });
  const wholeTurn = async () => [
    ...(await answers(everyone)),
    ...(await planDecision(decision(everyone.map((call) => ({ ...call, tokens: lengthOf(call) }))))),
  ];
  switch (action.type) {
    case 'run':
      return turn === undefined ? wholeTurn() : planDecision(decision(present));
    case 'ask':
      return turn === undefined ? answers(everyone) : [];
    case 'add':
      return answers(planCalls({ ...options, models: [action.member] }));
    case 'change': {
      const entry: ModelEntry | undefined = members.get(action.id);
      if (entry === undefined || turn === undefined) return [];
      const changed = { ...entry, ...definedOnly(action.change) };
      const { samples: _samples, ...others } = definedOnly(action.change);
      const kept = Object.keys(others).length > 0 ? 0 : aimedAt.length;
      return answers(answersOf(changed, samplesOf(changed, { options }) - kept));
    }
    case 'retry':
      return answers(present.filter(({ id }) => aimedAt.includes(id)));
    case 'rank':
      return planRanking({ ...decision(known), options: { ...options, ...definedOnly(action.settings ?? {}) } });
    case 'fuse': {
      const { from, ...settings } = action.settings ?? {};
      const chosen = from === undefined ? known : known.filter(({ id }) => from.includes(id));
      const { stream: _stream, ...rest } = options;
      return planFusion({ ...decision(chosen), options: { ...rest, ...definedOnly(settings) } });
    }
    case 'compare': {
      const { ranker = options.ranker, orders = options.orders } = action.settings ?? {};
      const texts = [action.left, action.right].map((id) => textTokens(turn?.textOf(id) ?? ''));
      return planJudging({ ...common, phase: 'rank', ranker, texts, settings: { strategy: 'full', orders } });
    }
    case 'continue':
      return wholeTurn();
    case 'remove':
    case 'stop':
      return [];
    default:
      return action satisfies never;
  }
}

function lengthOf({ settings, outcome }: Pick<Call, 'settings'> & { readonly outcome?: CallOutcome }): EstimateRange {
  return outcome !== undefined && 'text' in outcome ? textTokens(outcome.text) : answerTokens(settings.maxOutputTokens);
}
