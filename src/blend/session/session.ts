import { createCallBudget } from '../../calls/index.ts';
import { DisposedError, InvalidArgumentError, StoppedError } from '../../error/index.ts';
import type { WorkEstimate } from '../../estimate/index.ts';
import { checkFuseOptions, withInstruction } from '../../fuse/index.ts';
import { planCalls } from '../../generate/index.ts';
import { checkRankSettings } from '../../rank/index.ts';
import { sharedResources } from '../../registry/index.ts';
import type { CallBudget } from '../../spec/call-budget.ts';
import { isModelEntry, type ModelChoice, type ModelEntry } from '../../spec/model-choice.ts';
import type { PairRanker } from '../../spec/pair-ranker.ts';
import { messageText, normalizePrompt, type Prompt } from '../../spec/prompt.ts';
import type { RankerChoice } from '../../spec/ranker-choice.ts';
import { resolveAnswerForm } from '../../structured/index.ts';
import { definedOnly } from '../../util/defined-only.ts';
import { LinkedAbort } from '../../util/linked-abort.ts';
import { applyNamedBlend, type CompleteBlendOptions, toNamedBlend } from '../apply-named-blend.ts';
import type { BlendOptions } from '../blend-options.ts';
import type { BlendEvent, BlendPart } from '../blend-parts.ts';
import type { BlendComparison, BlendResult } from '../blend-result.ts';
import { inBlendSpan } from '../blend-span.ts';
import { DEFAULT_BLEND } from '../built-in-blends.ts';
import { toBlendEstimate } from '../estimate-blend.ts';
import { checkBlendSettings, type NamedBlend } from '../named-blend.ts';
import type { RankedCandidates } from '../rank-candidates.ts';
import { requirePrices } from '../require-prices.ts';
import { planAction } from './estimate-action.ts';
import { runTurn } from './run-turn.ts';
import {
  type CompareAnswers,
  type FuseAgain,
  type MemberChange,
  type NextQuestion,
  type PrepareAction,
  type RankAgain,
  type SessionAction,
} from './session-actions.ts';
import { type CheckedFusion, type Load, Turn } from './turn.ts';
import { describeMember, samplesOf } from './turn-calls.ts';
import type { TurnContext } from './turn-context.ts';

/**
 * The actions of a session. Each begins at once and is reported in parts; `run` is all of them from start to end, which is
 * what `blend` and `streamBlend` do.
 */
export class Session {
  /** For its spans. */
  readonly #name: string;
  readonly #options: CompleteBlendOptions;
  readonly #question: Prompt;
  readonly #budget: CallBudget | undefined;
  /** Undefined where nobody listens. */
  readonly #onPart: ((part: BlendPart) => void) | undefined;
  readonly #prepare: PrepareAction;
  readonly #start = performance.now();
  #seq = 0;
  readonly #members = new Map<string, ModelEntry>();
  #addedMembers = 0;
  readonly #caller: LinkedAbort | undefined;
  #context: TurnContext | undefined;
  /** The first question is being asked, or was. */
  #asking: Promise<void> | undefined;
  readonly #turns: Turn[] = [];
  /** True while the present turn is being ended for the next. */
  #isContinuing = false;
  #isClosed = false;
  #running: { readonly abort: LinkedAbort; readonly result: Promise<BlendResult> } | undefined;

  /**
   * @param prepare checks what an action is given, and replaces aliases in it.
   * @throws InvalidArgumentError for an option that cannot be used.
   */
  constructor(given: BlendOptions, onPart?: (part: BlendPart) => void, prepare: PrepareAction = (action) => action) {
    const options = applyNamedBlend(given);
    this.#question = normalizePrompt(options);
    planCalls(options);
    checkRankSettings(options);
    checkBlendSettings(options);
    this.#budget = createCallBudget(options);
    checkFuseOptions(options);
    // One listener on a signal that may be that of many sessions, and all of our own hang on it.
    this.#caller = options.abortSignal && new LinkedAbort(options.abortSignal);
    this.#options = { ...options, abortSignal: this.#caller?.signal };
    this.#name = given.blend ?? (given.models === undefined ? DEFAULT_BLEND : 'blend');
    this.#onPart = onPart;
    this.#prepare = prepare;
    for (const choice of options.models) this.#addMember(choice);
  }

  /**
   * Asks the members the first question, unless that was done.
   *
   * @throws InvalidArgumentError for a schema that cannot be used, or a price that is not known.
   */
  ask(): Promise<void> {
    this.#checkOpen();
    this.#asking ??= this.#askFirst();
    return this.#asking;
  }

  /**
   * Asks, waits for the answers, ranks and fuses them, and decides: the whole blend of the present turn. While one runs,
   * this is that one.
   *
   * @throws NoCandidatesError where there is no answer; errors of configuration; the signal's reason on abort.
   */
  run(): Promise<BlendResult> {
    this.#checkOpen();
    if (this.#running === undefined) {
      const abort = new LinkedAbort(this.#options.abortSignal);
      const result = (async () => {
        try {
          return await this.#run(abort.signal);
        } catch (error) {
          this.reportFailure(error);
          throw error;
        } finally {
          abort[Symbol.dispose]();
          this.#running = undefined;
        }
      })();
      result.catch(() => {});
      this.#running = { abort, result };
    }
    return this.#running.result;
  }

  /** Adds a member and asks it, if the question was asked. Returns its id. */
  add(choice: ModelChoice): string {
    this.#checkOpen();
    const { member } = this.#prepare({ type: 'add', member: choice });
    planCalls({ ...this.#options, models: [member] });
    const id = this.#addMember(member);
    this.#changeCalls((turn) => turn.calls.plan(this.#members));
    return id;
  }

  /**
   * Changes a member. With another model or other settings it is asked anew; with another number of samples only what is
   * missing is asked, or what is too much left out.
   */
  change(id: string, given: MemberChange): void {
    this.#checkOpen();
    const { change } = this.#prepare({ type: 'change', id, change: given });
    const changed: ModelEntry = { ...this.#member(id), ...definedOnly(change) };
    planCalls({ ...this.#options, models: [changed] });
    this.#members.set(id, changed);
    const { samples: _samples, ...others } = change;
    const anew = new Set(Object.keys(definedOnly(others)).length > 0 ? [id] : []);
    this.#changeCalls((turn) => turn.calls.plan(this.#members, anew));
  }

  /** Asks a member anew, or makes one call of it anew. The new answer has a new id. */
  retry(id: string): void {
    this.#checkOpen();
    const ids = new Set(this.#callsOf(id));
    this.#changeCalls((turn) => turn.calls.retry(ids));
  }

  /** Takes out a member, or one call of it; what is under way is stopped. */
  remove(id: string): void {
    this.#checkOpen();
    const calls = this.#callsOf(id);
    if (this.#members.has(id)) {
      this.#members.delete(id);
      this.#changeCalls((turn) => turn.calls.plan(this.#members));
      return;
    }
    const [call] = calls;
    const member = this.#turn?.calls.planned.find((planned) => planned.id === call)?.member;
    const entry = member === undefined ? undefined : this.#members.get(member);
    if (call === undefined || member === undefined || entry === undefined) return;
    const samples = samplesOf(entry, { options: this.#options }) - 1;
    if (samples === 0) this.#members.delete(member);
    else this.#members.set(member, { ...entry, samples });
    this.#changeCalls((turn) => turn.calls.remove(call));
  }

  /**
   * Stops a member, a call, a fusion, or the `ranking`; without an id all that is under way, a run included. Resolves when
   * it has ended.
   */
  async stop(id?: string): Promise<void> {
    const reason = new StoppedError({ message: 'It was stopped.' });
    if (id === undefined) {
      this.#running?.abort.abort(reason);
      await this.#asking?.catch(() => {});
      // Answers of earlier turns may be being compared.
      for (const turn of this.#turns) turn.stop(reason);
      await this.ended();
      return;
    }
    const turn = this.#turn;
    if (turn?.hasStep(id) === true) {
      await turn.stopStep(id, reason);
    } else {
      const ids = new Set(this.#callsOf(id));
      turn?.calls.stop(reason, ids);
      await turn?.calls.ended(ids);
    }
  }

  /** Waits until what is under way has ended: the calls, rankings, fusions and comparisons, and a run. */
  async ended(): Promise<void> {
    await Promise.all([...this.#turns.map((turn) => turn.ended()), this.#running?.result.catch(() => {})]);
  }

  /**
   * Ranks the answers that are there. Those that are missing go on: rank again to have them in it. A run that waits for
   * answers, or ranks, goes on with this ranking.
   *
   * @throws InvalidArgumentError for settings that cannot be used, and where there is no answer yet.
   */
  async rank(settings: RankAgain = {}): Promise<RankedCandidates> {
    const options = this.#optionsWith(this.#prepare({ type: 'rank', settings }).settings);
    checkRankSettings(options);
    return this.#askedTurn().rank({ settings: options, ranker: this.#loadRanker(options.ranker) });
  }

  /**
   * Fuses the best candidates, or those of `from`, and compares the fused answer with the best of them. Without a ranking
   * what is there is ranked first. Earlier fusions stay as they are.
   *
   * @throws InvalidArgumentError for settings that cannot be used.
   */
  async fuse(given: FuseAgain = {}): Promise<CheckedFusion> {
    const { from, instruction, insights, maxOutputTokens, ...others } =
      this.#prepare({ type: 'fuse', settings: given }).settings ?? {};
    const turn = this.#askedTurn();
    const options = { ...this.#optionsWith(others), fusion: true };
    checkFuseOptions({ ...options, maxOutputTokens });
    if (instruction !== undefined && typeof options.fuser === 'object' && 'doFuse' in options.fuser) {
      const message = 'a fuser of your own has no prompt that it could be added to.';
      throw new InvalidArgumentError({ parameter: 'instruction', value: instruction, message });
    }
    const asked = instruction === undefined ? options : withInstruction(options, instruction);
    const ranked = from === undefined ? (turn.ranking ?? this.rank()) : turn.chosen(from);
    return turn.fuse({
      ranked,
      settings: maxOutputTokens === undefined ? asked : { ...asked, maxOutputTokens },
      checkRanker: this.#loadRanker(options.checkRanker ?? options.ranker),
      isChecked: true,
      insights,
    });
  }

  /**
   * Compares two answers of one turn, candidates or fused ones, by their ids.
   *
   * @throws InvalidArgumentError for an unknown id, RankerError.
   */
  async compare(left: string, right: string, settings: CompareAnswers = {}): Promise<BlendComparison> {
    const options = this.#optionsWith(this.#prepare({ type: 'compare', left, right, settings }).settings);
    checkRankSettings(options);
    this.#askedTurn();
    const turn = this.#turnOf(left);
    if (turn.textOf(right) === undefined) throw this.#unknown(right, 'answer of the same turn');
    return turn.compare([left, right], { settings: options, ranker: this.#loadRanker(options.ranker) });
  }

  /**
   * Goes on with the conversation from any answer: the members are asked the next question. What is under way for the
   * present turn is stopped first.
   *
   * @throws InvalidArgumentError for an unknown id or an empty question.
   */
  async continueFrom(id: string, question: NextQuestion): Promise<void> {
    this.#checkOpen();
    const prompt = this.#continued(id, question);
    this.#isContinuing = true;
    await this.stop();
    this.#isContinuing = false;
    this.#begin(prompt, id);
  }

  /** The members as they are now, and all settings, in the form of a named blend such as for a configuration. */
  get settings(): NamedBlend {
    return toNamedBlend({ ...this.#options, models: [...this.#members.values()] });
  }

  /** What an action would take: calls, tokens and cost, at least and at most. Nothing is sent or loaded. */
  async estimate(given: SessionAction = { type: 'run' }): Promise<WorkEstimate> {
    const action = this.#prepare(given);
    const options = this.#options;
    const { resources = sharedResources() } = options;
    const turn = this.#turn;
    const planned = await planAction(action, {
      options,
      resources,
      members: this.#members,
      turn,
      prompt:
        action.type === 'continue' ? this.#continued(action.from, action.question) : (turn?.prompt ?? this.#question),
      calls: action.type === 'change' || action.type === 'retry' ? this.#callsOf(action.id) : [],
    });
    return toBlendEstimate(planned, { options, resources });
  }

  /** Stops all that is under way; further actions are refused. */
  protected async shut(): Promise<void> {
    this.#isClosed = true;
    await this.stop();
    this.release();
  }

  /** @internal Lets go of the caller's signal, once nothing is under way any more. */
  release(): void {
    this.#caller?.[Symbol.dispose]();
  }

  /** Emits a part. */
  protected emit(event: BlendEvent): void {
    if (this.#onPart === undefined) return;
    this.#seq += 1;
    // Its maker is done with it, and a copy of each piece of text would cost more than all else here.
    this.#onPart(Object.assign(event, { seq: this.#seq, at: Math.round(performance.now() - this.#start) }));
  }

  /** Reports a run that has failed. Does nothing here: the promise of the run rejects as well. */
  protected reportFailure(_error: unknown): void {}

  get #turn(): Turn | undefined {
    return this.#turns.at(-1);
  }

  async #askFirst(): Promise<void> {
    const { schema, resources = sharedResources(), abortSignal } = this.#options;
    const form = schema === undefined ? undefined : await resolveAnswerForm(schema);
    abortSignal?.throwIfAborted();
    if (this.#options.maxCost !== undefined) await requirePrices(this.#options, { resources, abortSignal });
    this.#context = {
      options: this.#options,
      resources,
      budget: this.#budget,
      form,
      emit: (event) => this.emit(event),
      abortSignal,
      planned: { calls: 0, fusions: 0 },
    };
    this.#begin(this.#question, undefined);
  }

  /** The conversation so far, with an answer of it and the next question. @throws InvalidArgumentError */
  #continued(id: string, given: NextQuestion): Prompt {
    const { question } = this.#prepare({ type: 'continue', from: id, question: given });
    const earlier = this.#turnOf(id);
    if (messageText({ role: 'user', content: question }).trim() === '') {
      const message = 'the question must not be empty.';
      throw new InvalidArgumentError({ parameter: 'question', value: question, message });
    }
    const { system, messages } = earlier.prompt;
    return normalizePrompt({
      ...(system === undefined ? {} : { system }),
      messages: [
        ...messages,
        { role: 'assistant', content: earlier.textOf(id) ?? '' },
        { role: 'user', content: question },
      ],
    });
  }

  /** Begins a turn. */
  #begin(prompt: Prompt, from: string | undefined): void {
    const context = this.#context;
    if (context === undefined) throw new Error('The first turn begins with its context.');
    this.#checkOpen();
    const turn = new Turn({ number: this.#turns.length + 1, prompt, from }, context);
    const start = turn.calls.plan(this.#members);
    this.#turns.push(turn);
    const last = prompt.messages.at(-1);
    const question = last === undefined ? '' : messageText(last);
    const { stream = 'decided' } = context.options;
    this.emit({ type: 'blend-start', turn: turn.number, question, from, stream, ...this.#described(turn) });
    start();
  }

  async #run(signal: AbortSignal): Promise<BlendResult> {
    const { resources = sharedResources() } = this.#options;
    const ask = async () => {
      await this.ask();
      return this.#askedTurn();
    };
    const result = await inBlendSpan(this.#name, () => runTurn({ options: this.#options, resources, signal, ask }));
    this.emit({ type: 'blend-end', result });
    return result;
  }

  /** @throws DisposedError after the end, InvalidArgumentError between two turns. */
  #checkOpen(): void {
    if (this.#isClosed) throw new DisposedError({ what: 'The session' });
    if (this.#isContinuing) throw refuse('the next question is about to be asked. Wait for continueFrom().');
  }

  /** @throws InvalidArgumentError before the first question is asked. */
  #askedTurn(): Turn {
    this.#checkOpen();
    const turn = this.#turn;
    if (turn === undefined) throw refuse('the question was not asked yet. Call run() or ask() first.');
    return turn;
  }

  #optionsWith(settings: RankAgain | FuseAgain | CompareAnswers = {}): CompleteBlendOptions {
    return { ...this.#options, ...definedOnly(settings) };
  }

  #addMember(choice: ModelChoice): string {
    this.#addedMembers += 1;
    const id = `m${this.#addedMembers}`;
    this.#members.set(id, isModelEntry(choice) ? choice : { model: choice });
    return id;
  }

  /** Changes the calls of the present turn; before the first, they are planned when it is asked. */
  #changeCalls(change: (turn: Turn) => () => void): void {
    const turn = this.#turn;
    if (turn === undefined) return;
    const start = change(turn);
    this.emit({ type: 'members-change', ...this.#described(turn) });
    start();
  }

  #described(turn: Turn): Pick<Extract<BlendEvent, { type: 'members-change' }>, 'members' | 'calls'> {
    const members = [...this.#members].map(([id, entry]) => describeMember(id, entry, { options: this.#options }));
    return { members, calls: turn.calls.planned };
  }

  /** @throws InvalidArgumentError */
  #member(id: string): ModelEntry {
    const entry = this.#members.get(id);
    if (entry === undefined) throw this.#unknown(id, 'member');
    return entry;
  }

  /** The ids of the calls of a member, or the one call with this id. @throws InvalidArgumentError */
  #callsOf(id: string): readonly string[] {
    const calls = this.#turn?.calls;
    if (this.#members.has(id)) return calls?.idsOf(id) ?? [];
    if (calls?.planned.some((call) => call.id === id) === true) return [id];
    throw this.#unknown(id, 'member or call');
  }

  /** The turn that an answer belongs to. @throws InvalidArgumentError */
  #turnOf(id: string): Turn {
    const turn = this.#turns.find((known) => known.textOf(id) !== undefined);
    if (turn === undefined) throw this.#unknown(id, 'answer');
    return turn;
  }

  #unknown(id: string, what: string): InvalidArgumentError {
    const calls = this.#turn?.calls.planned.map((call) => call.id) ?? [];
    return new InvalidArgumentError({
      parameter: 'id',
      value: id,
      message: `there is no such ${what}. Members: ${[...this.#members.keys()].join(', ')}; calls: ${calls.join(', ')}.`,
    });
  }

  #loadRanker(choice: RankerChoice | undefined): Load<PairRanker> {
    const { resources = sharedResources(), abortSignal } = this.#options;
    return () => resources.resolveRanker(choice, { abortSignal });
  }
}

function refuse(message: string): InvalidArgumentError {
  return new InvalidArgumentError({ parameter: 'session', value: undefined, message });
}
