import { SpanStatusCode } from '@opentelemetry/api';
import { type Answer, CallLedger, failureOf, streamAnswer } from '../calls/index.ts';
import { type BlenderError, isConfigurationError, NoCandidatesError, TimeoutError } from '../error/index.ts';
import { type Resources, sharedResources } from '../registry/index.ts';
import type { CallBudget } from '../spec/call-budget.ts';
import type { CallFailure, Candidate } from '../spec/candidate.ts';
import type { AnswerSchema } from '../spec/answer-schema.ts';
import type { GenerationSettings, ModelChoice } from '../spec/model-choice.ts';
import { normalizePrompt, type Prompt, type PromptOptions } from '../spec/prompt.ts';
import { addUsage, NO_USAGE, type Usage } from '../spec/usage.ts';
import {
  type AnswerForm,
  readAnswer,
  resolveAnswerForm,
  schemaOutput,
  schemaSettings,
  withSchemaWords,
} from '../structured/index.ts';
import { doWork, inSpan } from '../telemetry/index.ts';
import { startDeadline } from '../util/deadline.ts';
import { notify } from '../util/notify.ts';
import { type Call, planCalls } from './plan-calls.ts';

/** What happens while candidates are generated, in order of arrival. */
export type GeneratePart =
  /** The call has its place and begins. */
  | { readonly type: 'candidate-start'; readonly id: string; readonly model: string; readonly sample: number }
  /** A piece of what the model thinks before it answers. */
  | { readonly type: 'candidate-reasoning-delta'; readonly id: string; readonly delta: string }
  | { readonly type: 'candidate-delta'; readonly id: string; readonly delta: string }
  /** The text so far was a thought, as a mark at its end tells. The answer begins anew. */
  | { readonly type: 'candidate-restart'; readonly id: string }
  | { readonly type: 'candidate-end'; readonly candidate: Candidate }
  | { readonly type: 'candidate-error'; readonly failure: CallFailure };

/** Options of {@link generateCandidates}. */
export interface GenerateCandidatesOptions extends PromptOptions, GenerationSettings {
  /**
   * The form of the answers: a Zod schema, `jsonSchema(…)` of the AI SDK, or a JSON schema. Each model is asked for JSON
   * that follows it, and one whose answer does not is recorded in `failures`, of the kind `invalid`.
   *
   * @default any text
   */
  readonly schema?: AnswerSchema | undefined;
  /** Models to call, by name or as AI SDK model objects, each with settings of its own if need be. */
  readonly models: readonly ModelChoice[];
  /** How often to call each model. @default 1 */
  readonly samples?: number | undefined;
  /** Milliseconds for one answer, not counting the wait for a free place. A model that runs out is recorded in `failures`. @default 120_000 */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds for all answers together. What is there by then is the result. @default no limit */
  readonly totalTimeoutMs?: number | undefined;
  /** How often to repeat a call after a failure that may pass, as long as no text has come of it. @default 2 */
  readonly maxRetries?: number | undefined;
  readonly abortSignal?: AbortSignal | undefined;
  /** Called at each step. */
  readonly onPart?: ((part: GeneratePart) => void) | undefined;
  /** @internal Owner of loaded models; default: shared by the process. */
  readonly resources?: Resources | undefined;
  /** @internal Limits on all calls together. */
  readonly budget?: CallBudget | undefined;
}

/** Result of {@link generateCandidates}. */
export interface GenerateCandidatesResult<OBJECT = unknown> {
  /** In the order of `models`, not the order of arrival. At least one. */
  readonly candidates: readonly Candidate<OBJECT>[];
  /** Calls that failed, in the order of `models`. */
  readonly failures: readonly CallFailure[];
  /** Of all calls, failed ones included. */
  readonly usage: Usage;
  readonly timings: { readonly totalMs: number };
}

/**
 * Calls N models n times each, in parallel within the limits of their providers. Failures are kept apart.
 *
 * @throws NoCandidatesError where every call failed, but where all failed for one mistake, that: ModelNotFoundError,
 * MissingKeyError, MissingDependencyError; InvalidArgumentError, the signal's reason on abort.
 */
export async function generateCandidates(options: GenerateCandidatesOptions): Promise<GenerateCandidatesResult> {
  const start = performance.now();
  const { abortSignal, totalTimeoutMs } = options;
  const question = normalizePrompt(options);
  const calls = planCalls(options);
  const form = options.schema === undefined ? undefined : await resolveAnswerForm(options.schema);
  const prompt = form === undefined ? question : withSchemaWords(question, form.jsonSchema);
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
  const mistakes = new Map<string, BlenderError>();
  const generate = candidateGenerator({
    ...options,
    prompt,
    form,
    onMistake: (error, { id }) => mistakes.set(id, error),
  });
  const outcomes = await Promise.all(calls.map((call) => generate(call, deadline.signal)));
  abortSignal?.throwIfAborted();
  const candidates = outcomes.filter((outcome) => 'text' in outcome);
  const failures = outcomes.filter((outcome) => 'kind' in outcome);
  if (candidates.length === 0) throw noCandidatesError(failures, mistakes);
  return {
    candidates,
    failures,
    usage: addUsage(...outcomes.map(({ usage = NO_USAGE }) => usage)),
    timings: { totalMs: performance.now() - start },
  };
}

/**
 * The error where every call failed: where all failed for one wrong name or missing key, that is a mistake of the caller,
 * not bad luck of the models.
 *
 * @param mistakes what is wrong with the set-up of calls, by their ids.
 */
export function noCandidatesError(
  failures: readonly CallFailure[],
  mistakes: ReadonlyMap<string, BlenderError>,
): BlenderError {
  const [mistake, ...others] = failures.map(({ id }) => mistakes.get(id));
  const isOneMistake = mistake !== undefined && others.every((other) => other?.message === mistake.message);
  return isOneMistake ? mistake : new NoCandidatesError({ failures });
}

/**
 * Makes the function that turns one call into a candidate or a failure. It throws only the reason of the caller's signal;
 * what aborts the signal of the call alone is a failure of that call.
 */
export function candidateGenerator({
  prompt,
  form,
  resources = sharedResources(),
  maxRetries,
  budget,
  abortSignal,
  onMistake,
  onPart,
}: Pick<GenerateCandidatesOptions, 'maxRetries' | 'abortSignal' | 'onPart'> & {
  resources?: Resources | undefined;
  budget?: CallBudget | undefined;
  prompt: Prompt;
  /** Undefined where any text will do. */
  form: AnswerForm | undefined;
  /** Called with what is wrong with the set-up of a call. */
  onMistake: (error: BlenderError, call: Call) => void;
}): (call: Call, signal: AbortSignal | undefined) => Promise<Candidate | CallFailure> {
  const generate = async (call: Call, signal: AbortSignal | undefined): Promise<Candidate | CallFailure> => {
    const { id, name, sample, model: reference, settings, timeoutMs } = call;
    const ledger = new CallLedger();
    const fail = (reason: Pick<CallFailure, 'kind' | 'message'>): CallFailure => {
      const { usage } = ledger;
      const made = usage.calls > 0 || usage.savedCalls !== undefined;
      const failure: CallFailure = { id, model: name, phase: 'generate', ...reason, ...(made ? { usage } : {}) };
      notify(onPart, { type: 'candidate-error', failure });
      return failure;
    };
    try {
      const answer = await streamAnswer({
        model: await resources.resolveModel(reference, { abortSignal: signal }),
        name,
        prompt,
        settings: form === undefined ? settings : schemaSettings(settings, form.jsonSchema),
        sample,
        maxRetries,
        timeoutMs,
        budget,
        ledger,
        abortSignal: signal,
        output: form && schemaOutput(form.jsonSchema),
        onStart: () => notify(onPart, { type: 'candidate-start', id, model: name, sample }),
        onDelta: (delta) => notify(onPart, { type: 'candidate-delta', id, delta }),
        onReasoningDelta: (delta) => notify(onPart, { type: 'candidate-reasoning-delta', id, delta }),
        onRestart: () => notify(onPart, { type: 'candidate-restart', id }),
      });
      if (answer.text.trim() === '') return fail({ kind: 'empty', message: emptyMessage(answer) });
      const structured = form === undefined ? { object: undefined } : await readAnswer(answer, { form, model: name });
      const candidate: Candidate = { id, model: name, sample, ...answer, ...structured };
      notify(onPart, { type: 'candidate-end', candidate });
      return candidate;
    } catch (error) {
      // An abort by the caller is no failure of the model, and no part reports it.
      abortSignal?.throwIfAborted();
      if (isConfigurationError(error)) onMistake(error, call);
      return fail(failureOf(error));
    }
  };
  return (call, signal) => inCandidateSpan(call, () => generate(call, signal));
}

function emptyMessage({ finishReason, reasoning }: Answer): string {
  const hint =
    finishReason === 'length' ? ': raise maxOutputTokens (--max-tokens), which thinking uses up as well' : '';
  const what = reasoning === undefined ? 'empty' : 'nothing but a thought';
  return `the answer was ${what} (${finishReason})${hint}`;
}

/** Generates one candidate inside of a span, which reports a failure although nothing is thrown. */
function inCandidateSpan(
  { id, name, sample }: Call,
  generate: () => Promise<Candidate | CallFailure>,
): Promise<Candidate | CallFailure> {
  const attributes = {
    'llm_blender.candidate.id': id,
    'llm_blender.candidate.model': name,
    'llm_blender.candidate.sample': sample,
  };
  return doWork({ phase: 'generate', candidate: id }, () =>
    inSpan(`generate_candidate ${name}`, { attributes }, async (span) => {
      const outcome = await generate();
      if ('kind' in outcome) {
        span.setStatus({ code: SpanStatusCode.ERROR, message: outcome.message });
        span.setAttribute('error.type', outcome.kind);
      }
      return outcome;
    }),
  );
}
