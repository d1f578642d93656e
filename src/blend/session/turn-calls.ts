import { type BlenderError, StoppedError } from '../../error/index.ts';
import { type Call, candidateGenerator, noCandidatesError, planCalls } from '../../generate/index.ts';
import type { CallFailure, Candidate } from '../../spec/candidate.ts';
import { type ModelEntry, modelName, type ModelReference, pickSettings } from '../../spec/model-choice.ts';
import type { Prompt } from '../../spec/prompt.ts';
import { addUsage, NO_USAGE, type Usage } from '../../spec/usage.ts';
import { withSchemaWords } from '../../structured/index.ts';
import { LinkedAbort } from '../../util/linked-abort.ts';
import type { BlendMember, PlannedCall } from '../blend-parts.ts';
import type { TurnContext } from './turn-context.ts';

/** The members of a session by their ids, in order. */
export type Members = ReadonlyMap<string, ModelEntry>;

/** What a call came to; undefined until it has ended. */
export type CallOutcome = Candidate | CallFailure | undefined;

/** A call that is waiting, running or has ended. */
interface TurnCall extends Call {
  /** The member, and what it was when this was planned. */
  readonly of: { readonly member: string; readonly entry: ModelEntry };
  readonly abort: LinkedAbort;
  outcome: CallOutcome;
  /** Settles when the outcome is there; rejects where the caller aborted the whole. */
  done: Promise<void>;
}

/** The calls of one turn: each member is asked as often as it has samples, and each call can be stopped or asked anew. */
export class TurnCalls {
  readonly #context: TurnContext;
  readonly #generate: ReturnType<typeof candidateGenerator>;
  /** What is wrong with the set-up of a call, by its id. */
  readonly #mistakes = new Map<string, BlenderError>();
  /** The calls that take part, by member. */
  #calls = new Map<string, readonly TurnCall[]>();
  #current: readonly TurnCall[] = [];
  /** Every call of this turn. */
  readonly #all: TurnCall[] = [];
  #change = Promise.withResolvers<void>();

  constructor(prompt: Prompt, context: TurnContext) {
    const { options, form, resources, budget, emit, abortSignal } = context;
    this.#context = context;
    this.#generate = candidateGenerator({
      maxRetries: options.maxRetries,
      prompt: form === undefined ? prompt : withSchemaWords(prompt, form.jsonSchema),
      form,
      resources,
      budget,
      abortSignal,
      onMistake: (error, { id }) => this.#mistakes.set(id, error),
      onPart: emit,
    });
  }

  /** Makes the calls of these members; those that are there already stay as they are, but for the members in `anew`. */
  plan(members: Members, anew: ReadonlySet<string> = new Set()): () => void {
    const started: TurnCall[] = [];
    const calls = new Map<string, readonly TurnCall[]>();
    for (const [member, entry] of members) {
      const samples = samplesOf(entry, this.#context);
      const kept = anew.has(member) ? [] : (this.#calls.get(member) ?? []).slice(0, samples);
      const added = this.#planCalls(entry, samples - kept.length).map((call) => this.#addCall(call, { member, entry }));
      started.push(...added);
      calls.set(member, [...kept, ...added]);
    }
    return this.#replace(calls, started);
  }

  /** Makes a new call for each of these. */
  retry(ids: ReadonlySet<string>): () => void {
    const started: TurnCall[] = [];
    const again = (call: TurnCall): TurnCall => {
      if (!ids.has(call.id)) return call;
      // A second answer is a further sample, which the cache does not know and a seed does not repeat.
      const isAnswered = call.outcome !== undefined && 'text' in call.outcome;
      const [next = call] = isAnswered ? this.#planCalls(call.of.entry, 1) : [];
      const added = this.#addCall(next, call.of);
      started.push(added);
      return added;
    };
    return this.#replace(new Map([...this.#calls].map(([member, calls]) => [member, calls.map(again)])), started);
  }

  /** Takes out one call. */
  remove(id: string): () => void {
    const calls = [...this.#calls].map(([member, own]) => [member, own.filter((call) => call.id !== id)] as const);
    return this.#replace(new Map(calls), []);
  }

  /** Stops calls that have not ended, those with the given ids or all. */
  stop(reason: Error, ids?: ReadonlySet<string>): void {
    for (const { id, outcome, abort } of this.#all) {
      if (outcome === undefined && (ids === undefined || ids.has(id))) abort.abort(reason);
    }
  }

  /** Waits until no call is under way, or none of these. */
  async ended(ids?: ReadonlySet<string>): Promise<void> {
    await Promise.allSettled(this.#all.filter(({ id }) => ids?.has(id) ?? true).map(({ done }) => done));
  }

  /** The calls that take part, in the order of the members. */
  get current(): readonly TurnCall[] {
    return this.#current;
  }

  get candidates(): readonly Candidate[] {
    return this.current.flatMap(({ outcome }) => (outcome !== undefined && 'text' in outcome ? [outcome] : []));
  }

  /** Also those of calls that take no part any more: rankings and fusions may name them. */
  get everyCandidate(): readonly Candidate[] {
    return this.#all.flatMap(({ outcome }) => (outcome !== undefined && 'text' in outcome ? [outcome] : []));
  }

  get failures(): readonly CallFailure[] {
    return this.current.flatMap(({ outcome }) => (outcome !== undefined && 'kind' in outcome ? [outcome] : []));
  }

  /** The error that says why there is no candidate. */
  get noCandidatesError(): BlenderError {
    return noCandidatesError(this.failures, this.#mistakes);
  }

  /** Of all calls that have ended, also of those that take no part any more. */
  get usage(): Usage {
    return addUsage(...this.#all.map(({ outcome }) => outcome?.usage ?? NO_USAGE));
  }

  /** The model that was asked by a call. */
  modelOf(id: string | undefined): ModelReference | undefined {
    return this.#all.find((call) => call.id === id)?.model;
  }

  /** The ids of a member's calls. */
  idsOf(member: string): readonly string[] {
    return (this.#calls.get(member) ?? []).map(({ id }) => id);
  }

  /** The calls that take part, as parts report them. */
  get planned(): readonly PlannedCall[] {
    return this.current.map(({ id, of, name, sample }) => ({ id, member: of.member, model: name, sample }));
  }

  /** Resolves when a call ends, or the calls change. */
  get change(): Promise<void> {
    return this.#change.promise;
  }

  /** Wakes who waits for a change. */
  notifyChange(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }

  /** @throws InvalidArgumentError */
  #planCalls(entry: ModelEntry, samples: number): readonly Call[] {
    if (samples < 1) return [];
    return planCalls({ ...this.#context.options, models: [{ ...entry, samples }] }, { ids: 0, calls: this.#all });
  }

  #nextId(): string {
    this.#context.planned.calls += 1;
    return String(this.#context.planned.calls);
  }

  #addCall(planned: Call, of: TurnCall['of']): TurnCall {
    const abort = new LinkedAbort(this.#context.abortSignal);
    const call = { ...planned, id: this.#nextId(), of, abort, outcome: undefined, done: Promise.resolve() };
    this.#all.push(call);
    return call;
  }

  /** Puts other calls in the place of the present ones; the function that it returns starts the new ones. */
  #replace(calls: Map<string, readonly TurnCall[]>, started: readonly TurnCall[]): () => void {
    const before = this.#current;
    this.#calls = calls;
    this.#current = [...calls.values()].flat();
    const kept = new Set(this.#current);
    const gone = before.filter((call) => !kept.has(call)).map(({ id }) => id);
    if (gone.length > 0) {
      this.stop(new StoppedError({ message: 'It was stopped, since it takes no part any more.' }), new Set(gone));
    }
    return () => {
      for (const call of started) this.#start(call);
      this.notifyChange();
    };
  }

  #start(call: TurnCall): void {
    call.done = (async () => {
      try {
        call.outcome = await this.#generate(call, call.abort.signal);
      } finally {
        call.abort[Symbol.dispose]();
        this.notifyChange();
      }
    })();
    // It rejects only when the caller aborts, and code that waits for the call follows the caller's signal.
    call.done.catch(() => {});
  }
}

/** A member as parts report it. */
export function describeMember(id: string, entry: ModelEntry, { options }: Pick<TurnContext, 'options'>): BlendMember {
  return {
    id,
    model: modelName(entry.model),
    samples: samplesOf(entry, { options }),
    settings: pickSettings(entry, options),
    timeoutMs: entry.timeoutMs ?? options.timeoutMs,
  };
}

/** How often a member is asked. */
export function samplesOf(entry: ModelEntry, { options }: Pick<TurnContext, 'options'>): number {
  return entry.samples ?? options.samples ?? 1;
}
