import { CallLedger, failureOf, streamAnswer } from '../calls/index.ts';
import {
  type BlenderError,
  InvalidArgumentError,
  isConfigurationError,
  NoCandidatesError,
  TimeoutError,
} from '../error/index.ts';
import { type Resources, sharedResources } from '../registry/index.ts';
import type { CallBudget } from '../spec/call-budget.ts';
import type { CallFailure, Candidate } from '../spec/candidate.ts';
import { type GenerationSettings, type ModelChoice } from '../spec/model-choice.ts';
import { normalizePrompt, type Prompt, type PromptOptions } from '../spec/prompt.ts';
import { addUsage, NO_USAGE, type Usage } from '../spec/usage.ts';
import { startDeadline } from '../util/deadline.ts';
import { notify } from '../util/notify.ts';
import type { GeneratePart } from './generate-parts.ts';
import { inCandidateSpan } from './in-candidate-span.ts';
import { type Call, planCalls } from './plan-calls.ts';

/** Options of {@link generateCandidates}. */
export interface GenerateCandidatesOptions extends PromptOptions, GenerationSettings {
  /** Models to ask, by name or as AI SDK model objects, each with settings of its own if need be. */
  readonly models: readonly ModelChoice[];
  /** How often to ask each model. @default 1 */
  readonly samples?: number | undefined;
  /** Milliseconds for one answer, not counting the wait for a free place. A model that runs out is recorded in `failures`. @default 120_000 */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds for all answers together. What is there by then is the result. @default no limit */
  readonly totalTimeoutMs?: number | undefined;
  /** How often to repeat a call after a failure that may pass, as long as no text has come of it. @default 2 */
  readonly maxRetries?: number | undefined;
  readonly abortSignal?: AbortSignal | undefined;
  /** Told of each step. */
  readonly onPart?: ((part: GeneratePart) => void) | undefined;
  /** @internal Owner of loaded models; default: shared by the process. */
  readonly resources?: Resources | undefined;
  /** @internal Limits on all calls together. */
  readonly budget?: CallBudget | undefined;
}

/** Result of {@link generateCandidates}. */
export interface GenerateCandidatesResult {
  /** In the order asked, not the order of arrival. At least one. */
  readonly candidates: readonly Candidate[];
  /** Calls that failed, in the order asked. */
  readonly failures: readonly CallFailure[];
  /** Of all calls, failed ones included. */
  readonly usage: Usage;
  readonly timings: { readonly totalMs: number };
}

/**
 * Asks N models n times each, in parallel within the limits of their providers. Failures are kept apart.
 *
 * @throws NoCandidatesError where every call failed, but where all failed for one mistake, that: ModelNotFoundError,
 * MissingKeyError, MissingDependencyError; InvalidArgumentError, the signal's reason on abort.
 */
export async function generateCandidates(options: GenerateCandidatesOptions): Promise<GenerateCandidatesResult> {
  const start = performance.now();
  const { abortSignal, totalTimeoutMs, onPart, resources = sharedResources() } = options;
  const prompt = normalizePrompt(options);
  const calls = planCalls(options);
  if (totalTimeoutMs !== undefined && !(totalTimeoutMs > 0)) {
    throw new InvalidArgumentError({
      parameter: 'totalTimeoutMs',
      value: totalTimeoutMs,
      message: 'expected milliseconds above 0.',
    });
  }
  abortSignal?.throwIfAborted();
  using deadline = startDeadline({
    timeoutMs: totalTimeoutMs,
    abortSignal,
    createError: () =>
      new TimeoutError({
        what: 'all answers together',
        timeoutMs: totalTimeoutMs ?? 0,
        hint: 'Raise totalTimeoutMs (--total-timeout).',
      }),
  });
  const { maxRetries = 2, budget } = options;
  const misconfigured: BlenderError[] = [];
  const common = {
    prompt,
    misconfigured,
    resources,
    maxRetries,
    budget,
    abortSignal: deadline.signal,
    callerSignal: abortSignal,
    onPart,
  };
  const outcomes = await Promise.all(calls.map((call) => inCandidateSpan(call, () => runCall({ call, ...common }))));
  abortSignal?.throwIfAborted();
  const candidates = outcomes.filter((outcome) => 'text' in outcome);
  const failures = outcomes.filter((outcome) => 'kind' in outcome);
  // Nothing but one wrong name or missing key is a mistake in the call, not bad luck of the models.
  const [mistake] = misconfigured;
  if (misconfigured.length === calls.length && misconfigured.every(({ message }) => message === mistake?.message)) {
    throw mistake;
  }
  if (candidates.length === 0) throw new NoCandidatesError({ failures });
  return {
    candidates,
    failures,
    usage: addUsage(...outcomes.map(({ usage = NO_USAGE }) => usage)),
    timings: { totalMs: performance.now() - start },
  };
}

async function runCall({
  call,
  prompt,
  resources,
  maxRetries,
  budget,
  abortSignal,
  callerSignal,
  misconfigured,
  onPart,
}: {
  call: Call;
  prompt: Prompt;
  resources: Resources;
  maxRetries: number;
  budget: CallBudget | undefined;
  abortSignal: AbortSignal | undefined;
  /** Of the caller alone, without the time for all answers. */
  callerSignal: AbortSignal | undefined;
  /** Collects what is wrong with the set-up of calls. */
  misconfigured: BlenderError[];
  onPart: ((part: GeneratePart) => void) | undefined;
}): Promise<Candidate | CallFailure> {
  const { id, name, sample } = call;
  const ledger = new CallLedger();
  try {
    const model = await resources.resolveModel(call.model, { abortSignal });
    const answer = await streamAnswer({
      model,
      name,
      prompt,
      settings: call.settings,
      sample,
      maxRetries,
      timeoutMs: call.timeoutMs,
      budget,
      ledger,
      abortSignal,
      onStart: () => notify(onPart, { type: 'candidate-start', id, model: name, sample }),
      onDelta: (delta) => notify(onPart, { type: 'candidate-delta', id, delta }),
    });
    if (answer.text.trim() === '') {
      return fail({ call, kind: 'empty', message: emptyMessage(answer.finishReason), ledger, onPart });
    }
    const candidate: Candidate = { id, model: name, sample, ...answer };
    notify(onPart, { type: 'candidate-end', candidate });
    return candidate;
  } catch (error) {
    // The caller has left: that is no failure of the model, and nobody wants to hear of it.
    callerSignal?.throwIfAborted();
    if (isConfigurationError(error)) misconfigured.push(error);
    return fail({
      call,
      ...failureOf(error),
      ledger,
      onPart,
    });
  }
}

function fail({
  call: { id, name },
  kind,
  message,
  ledger: { usage },
  onPart,
}: {
  call: Call;
  kind: CallFailure['kind'];
  message: string;
  ledger: CallLedger;
  onPart: ((part: GeneratePart) => void) | undefined;
}): CallFailure {
  const made = usage.calls > 0 || usage.savedCalls !== undefined;
  const failure: CallFailure = { id, model: name, phase: 'generate', kind, message, ...(made ? { usage } : {}) };
  notify(onPart, { type: 'candidate-error', failure });
  return failure;
}

function emptyMessage(finishReason: string): string {
  const hint =
    finishReason === 'length' ? ': raise maxOutputTokens (--max-tokens), which thinking uses up as well' : '';
  return `the answer was empty (${finishReason})${hint}`;
}
