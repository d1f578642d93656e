import { CountingBudget } from '../../calls/index.ts';
import { checkAnswered, comparePairs } from '../../compare/index.ts';
import { InvalidArgumentError, StoppedError } from '../../error/index.ts';
import { type FuserChoice, fuserName, pickFusionSettings, resolveFuser } from '../../fuse/index.ts';
import { DEFAULT_MODEL, DEFAULT_RANKER } from '../../registry/index.ts';
import { DEFAULT_TOP_K } from '../../spec/candidate-texts.ts';
import type { Candidate } from '../../spec/candidate.ts';
import type { Fuser } from '../../spec/fuser.ts';
import type { FusionAnalysis } from '../../spec/fusion-analysis.ts';
import type { PairRanker } from '../../spec/pair-ranker.ts';
import type { Prompt } from '../../spec/prompt.ts';
import { rankerName } from '../../spec/ranker-choice.ts';
import { LinkedAbort } from '../../util/linked-abort.ts';
import { raceAbort } from '../../util/race-abort.ts';
import type { CompleteBlendOptions } from '../apply-named-blend.ts';
import { type BlendPhase, phaseFailure } from '../blend-phase.ts';
import type { BlendComparison, RankedCandidate } from '../blend-result.ts';
import { checkFused, type Decision } from '../check-fused.ts';
import { fuseBest, type Fusion } from '../fuse-best.ts';
import { rankCandidates, type RankedCandidates, unranked } from '../rank-candidates.ts';
import { TurnCalls } from './turn-calls.ts';
import type { TurnContext } from './turn-context.ts';

/** A step that is under way, or has ended. */
interface Step<RESULT> {
  readonly abort: LinkedAbort;
  readonly done: Promise<RESULT>;
}

/** What a fusion came to, and whether it is better than the best candidate. */
export interface CheckedFusion {
  readonly id: string;
  readonly fusion: Fusion;
  readonly decision: Decision;
}

/** Loads a part of a step; called where it is needed. */
export type Load<PART> = () => Promise<PART>;

/** One question of a session: its calls, and the steps on what they answer. */
export class Turn {
  /** From 1. */
  readonly number: number;
  readonly prompt: Prompt;
  /** Id of the answer that it continues from; undefined in the first turn. */
  readonly from: string | undefined;
  readonly calls: TurnCalls;
  readonly #context: TurnContext;
  #ranking: Step<RankedCandidates> | undefined;
  /** Candidates as they were last ranked. */
  #ranked: readonly RankedCandidate[] = [];
  readonly #fusions = new Map<string, Step<CheckedFusion>>();
  readonly #comparisons = new Set<Step<unknown>>();
  /** What was fused, by the ids of the fusions. */
  readonly #fused = new Map<string, string>();

  constructor(question: Pick<Turn, 'number' | 'prompt' | 'from'>, context: TurnContext) {
    this.number = question.number;
    this.prompt = question.prompt;
    this.from = question.from;
    this.#context = context;
    this.calls = new TurnCalls(question.prompt, context);
  }

  /** The latest ranking; undefined where there is none yet. */
  get ranking(): Promise<RankedCandidates> | undefined {
    return this.#ranking?.done;
  }

  /** The text of an answer that is there: that of a candidate or a fusion. */
  textOf(id: string): string | undefined {
    return this.calls.everyCandidate.find((candidate) => candidate.id === id)?.text ?? this.#fused.get(id);
  }

  /** Candidates by their ids, in this order, with what the latest ranking said of them. @throws InvalidArgumentError */
  chosen(ids: readonly string[]): RankedCandidates {
    const ranked = new Map(this.#ranked.map((candidate) => [candidate.id, candidate]));
    const candidates = ids.map((id) => {
      const candidate = this.calls.everyCandidate.find((answer) => answer.id === id);
      if (candidate !== undefined) return ranked.get(id) ?? { ...candidate, rank: undefined, score: undefined };
      throw new InvalidArgumentError({ parameter: 'from', value: id, message: 'there is no candidate with this id.' });
    });
    return { ...unranked(''), candidates, ms: 0 };
  }

  /** Ranks the answers that are there. An earlier ranking does not count any more, and is stopped if it is under way. */
  rank({
    settings,
    ranker,
    agreed,
    signal,
  }: {
    settings: CompleteBlendOptions;
    ranker: Load<PairRanker>;
    /** Candidates that say the same: they are the best without a comparison. */
    agreed?: readonly Candidate[] | undefined;
    signal?: AbortSignal | undefined;
  }): Promise<RankedCandidates> {
    const { candidates } = this.calls;
    if (candidates.length === 0) {
      throw new InvalidArgumentError({
        parameter: 'candidates',
        value: [],
        message: 'there is no answer yet. Wait until one has ended.',
      });
    }
    const earlier = this.#ranking;
    earlier?.abort.abort(new StoppedError({ message: 'It was stopped, since another ranking began.' }));
    const step = this.#begin(signal, async (phase) => {
      await earlier?.done.catch(() => {});
      const ranked = await rankCandidates({
        ...phase,
        settings,
        ranker,
        rankerName: rankerName(settings.ranker ?? DEFAULT_RANKER),
        candidates,
        agreed,
      });
      this.#ranked = ranked.candidates;
      return ranked;
    });
    this.#ranking = step;
    this.calls.notifyChange();
    return step.done;
  }

  /** Fuses the best candidates of a ranking, and compares the fused answer with the best of them. */
  fuse({
    ranked: ranking,
    settings,
    fuser,
    checkRanker,
    isChecked,
    insights,
    reasonNotTo,
    signal,
  }: {
    ranked: RankedCandidates | Promise<RankedCandidates>;
    settings: CompleteBlendOptions;
    /** Undefined to load the one of the settings, or else the model of the best candidate. */
    fuser?: Load<Fuser> | undefined;
    checkRanker: Load<PairRanker>;
    isChecked: boolean;
    /** The points that the fuser goes by, in the place of an analysis of its own. */
    insights?: Partial<FusionAnalysis> | undefined;
    /** Why nothing is to be fused, as a clause; undefined where something is. */
    reasonNotTo?: string | undefined;
    signal?: AbortSignal | undefined;
  }): Promise<CheckedFusion> {
    const { form, planned } = this.#context;
    planned.fusions += 1;
    const id = planned.fusions === 1 ? 'fused' : `fused-${planned.fusions}`;
    const step = this.#begin(signal, async (phase) => {
      const ranked = await raceAbort(Promise.resolve(ranking), phase.abortSignal);
      // The model of the best answer fuses unless another is named: it is known to work, and to work well.
      const choice = settings.fuser ?? this.calls.modelOf(ranked.candidates[0]?.id) ?? DEFAULT_MODEL;
      // Only the fuser has tools, so it is asked in any case.
      const isWithTools = settings.conversation !== undefined;
      const load = fuser ?? (() => this.loadFuser(choice, settings, phase.abortSignal));
      const fusion = await fuseBest({
        ...phase,
        id,
        fuser: load,
        fuserName: fuserName(choice),
        isAlwaysAsked: isWithTools,
        topK: settings.topK ?? DEFAULT_TOP_K,
        form,
        insights,
        reasonNotTo: isWithTools
          ? undefined
          : (reasonNotTo ?? (settings.fusion === false ? 'fusion is switched off' : undefined)),
        ranked,
      });
      if (fusion.fused !== undefined) this.#fused.set(id, fusion.fused.text);
      const decision = await checkFused({
        ...phase,
        id,
        isChecked,
        settings,
        ranker: checkRanker,
        rankerName: rankerName(settings.checkRanker ?? settings.ranker ?? DEFAULT_RANKER),
        ranked,
        fusion,
      });
      return { id, fusion, decision };
    });
    this.#fusions.set(id, step);
    return step.done;
  }

  /** Of the settings for the candidates only the length applies to the fusion, which gains nothing from sampling. */
  loadFuser(fuser: FuserChoice, settings: CompleteBlendOptions, abortSignal: AbortSignal | undefined): Promise<Fuser> {
    const { maxOutputTokens, timeoutMs, maxRetries, conversation } = settings;
    const { resources } = this.#context;
    const options = { maxOutputTokens, timeoutMs, maxRetries, conversation, ...pickFusionSettings(settings) };
    return resolveFuser({ ...options, fuser, resources, abortSignal });
  }

  /**
   * Compares two answers.
   *
   * @throws the error of the ranker.
   */
  compare(
    [left, right]: readonly [left: string, right: string],
    { settings, ranker }: { settings: CompleteBlendOptions; ranker: Load<PairRanker> },
  ): Promise<BlendComparison> {
    const texts = [this.textOf(left) ?? '', this.textOf(right) ?? ''];
    const step = this.#begin(undefined, async ({ emit, ...phase }) => {
      const start = performance.now();
      const name = rankerName(settings.ranker ?? DEFAULT_RANKER);
      const budget = new CountingBudget(phase.budget);
      emit({ type: 'compare-start', left, right });
      const pair = { type: 'compare-end', left, right } as const;
      try {
        const { comparisons, usage } = await comparePairs({
          ...phase,
          ...settings,
          ranker: await ranker(),
          texts,
          pairs: [[0, 1]],
          budget,
          abortSignal: phase.abortSignal,
        });
        checkAnswered({ name }, comparisons);
        const [compared] = comparisons;
        if (compared === undefined) throw new Error('comparePairs answers every pair');
        const comparison: BlendComparison = { ...compared, phase: 'compare', left, right };
        emit({ ...pair, comparison, failure: undefined, usage, ms: performance.now() - start });
        return comparison;
      } catch (error) {
        const failure = phaseFailure(phase, { phase: 'compare', model: name, error });
        emit({ ...pair, comparison: undefined, failure, usage: budget.usage, ms: performance.now() - start });
        throw error;
      }
    });
    this.#comparisons.add(step);
    return step.done.finally(() => this.#comparisons.delete(step));
  }

  /** True for what `stop` takes. */
  hasStep(id: string): boolean {
    return this.#fusions.has(id) || (id === 'ranking' && this.#ranking !== undefined);
  }

  /** Stops the fusion with this id, or the ranking. */
  async stopStep(id: string, reason: Error): Promise<void> {
    const step = id === 'ranking' ? this.#ranking : this.#fusions.get(id);
    step?.abort.abort(reason);
    await Promise.allSettled([step?.done]);
  }

  /** Stops all that is under way. */
  stop(reason: Error): void {
    this.calls.stop(reason);
    for (const { abort } of this.#steps) abort.abort(reason);
  }

  /** Waits until nothing is under way. */
  async ended(): Promise<void> {
    await this.calls.ended();
    await Promise.allSettled(this.#steps.map(({ done }) => done));
  }

  get #steps(): readonly Step<unknown>[] {
    return [...(this.#ranking === undefined ? [] : [this.#ranking]), ...this.#fusions.values(), ...this.#comparisons];
  }

  /** Begins a step. What it reports after its end, as of a part that ignores an abort, is dropped. */
  #begin<RESULT>(signal: AbortSignal | undefined, run: (phase: BlendPhase) => Promise<RESULT>): Step<RESULT> {
    const { abortSignal, budget, emit } = this.#context;
    const abort = new LinkedAbort(signal ?? abortSignal);
    let isOpen = true;
    const phase: BlendPhase = {
      task: this.prompt.task,
      abortSignal: abort.signal,
      callerSignal: abortSignal,
      budget,
      emit: (event) => {
        if (isOpen) emit(event);
      },
    };
    const done = (async () => {
      try {
        return await run(phase);
      } finally {
        isOpen = false;
        abort[Symbol.dispose]();
      }
    })();
    done.catch(() => {});
    return { abort, done };
  }
}
