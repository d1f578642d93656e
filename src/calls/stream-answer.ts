import type {
  LanguageModelV4CallOptions,
  LanguageModelV4Prompt,
  LanguageModelV4StreamPart,
  LanguageModelV4ToolCall,
} from '@ai-sdk/provider';
import type { CallWarning, Output, ProviderMetadata } from 'ai';
import { ModelCallError, TimeoutError } from '../error/index.ts';
import type { CallBudget } from '../spec/call-budget.ts';
import type { CallTimings } from '../spec/candidate.ts';
import type { GenerationSettings, ModelObject } from '../spec/model-choice.ts';
import type { Prompt } from '../spec/prompt.ts';
import type { Usage } from '../spec/usage.ts';
import { definedOnly } from '../util/defined-only.ts';
import { LinkedAbort } from '../util/linked-abort.ts';
import { raceAbort } from '../util/race-abort.ts';
import { AnswerClock } from './answer-clock.ts';
import { toCallError } from './call-failures.ts';
import { CallLedger } from './call-ledger.ts';
import { type PolicyModel, scopeModel } from './call-policies.ts';
import { toCallPrompt } from './call-prompt.ts';
import { checkFinish } from './check-finish.ts';
import { ReasoningSplitter } from './reasoning/reasoning-splitter.ts';

/** One answer of one model, whole. */
export interface Answer {
  /** Without thoughts at its beginning. */
  readonly text: string;
  /** What the model thought before it answered, as the provider reports it or as it stood in the text. */
  readonly reasoning: string | undefined;
  readonly finishReason: string;
  /** Of all attempts. */
  readonly usage: Usage;
  readonly timings: CallTimings;
  /** What else the provider reported of the answer, such as the probabilities of its tokens. */
  readonly details: ProviderMetadata | undefined;
  /** Settings that the provider ignored. */
  readonly warnings: readonly CallWarning[];
  /** Tools that the model calls. Absent = none. */
  readonly toolCalls?: readonly LanguageModelV4ToolCall[] | undefined;
}

/** What a model is asked: a question, or a prompt in the form of the specification of models, which is sent as it is. */
export type AnswerPrompt = Pick<Prompt, 'messages' | 'system'> | LanguageModelV4Prompt;

/** Tools that a model may call instead of answering. */
export type AnswerTools = Pick<LanguageModelV4CallOptions, 'tools' | 'toolChoice'>;

/**
 * Calls one model for one answer and passes its text on as it comes. Waiting for a place at the provider, or between two
 * attempts, is not counted as the answer's time.
 *
 * @throws ModelCallError, TimeoutError, BudgetExceededError, or the signal's reason at once on abort.
 */
export async function streamAnswer({
  model,
  name,
  prompt,
  settings,
  sample,
  maxRetries = 2,
  timeoutMs = 120_000,
  budget,
  ledger = new CallLedger(),
  abortSignal,
  onStart,
  onDelta,
  onReasoningDelta,
  onRestart,
  onPart,
  output,
  tools,
}: {
  model: ModelObject;
  /** The name used in errors. */
  name: string;
  prompt: AnswerPrompt;
  settings: GenerationSettings;
  /** Which of several answers to the same question this is, from 1. @default 1 */
  sample?: number | undefined;
  /** How often to try again after a failure that may pass, with back-off. @default 2 */
  maxRetries?: number | undefined;
  /** @default 120_000 */
  timeoutMs?: number | undefined;
  budget?: CallBudget | undefined;
  /** Where the attempts are counted; it has what they took where this throws. */
  ledger?: CallLedger | undefined;
  abortSignal: AbortSignal | undefined;
  /** Called once, when the call has its place, or its answer is there without one. */
  onStart?: (() => void) | undefined;
  onDelta?: ((delta: string) => void) | undefined;
  onReasoningDelta?: ((delta: string) => void) | undefined;
  /** The text so far was a thought, and begins anew. */
  onRestart?: (() => void) | undefined;
  /** Called with each part as the model gives it; a new attempt begins with `stream-start`. */
  onPart?: ((part: LanguageModelV4StreamPart) => void) | undefined;
  /** The form that the text should have, for models that can be held to one; the text may still have another. */
  output?: Output.Output | undefined;
  tools?: AnswerTools | undefined;
}): Promise<Answer> {
  let startedAt: number | undefined;
  const begin = () => {
    if (startedAt !== undefined) return;
    startedAt = performance.now();
    onStart?.();
  };
  // A controller of its own, so that leaving early for any reason stops the provider's call too.
  using linked = new LinkedAbort(abortSignal);
  const { signal } = linked;
  using clock = new AnswerClock({
    timeoutMs,
    onStart: begin,
    onTimeout: () =>
      linked.abort(
        new TimeoutError({
          what: `the answer of ${name}`,
          timeoutMs,
          hint: 'Raise timeoutMs (--timeout).',
        }),
      ),
  });
  const scoped = scopeModel(model, { sample, maxRetries, budget, ledger, watch: clock });
  try {
    const splitter = new ReasoningSplitter({ onText: onDelta, onReasoning: onReasoningDelta, onRestart });
    const reading = read({
      model: scoped,
      name,
      prompt,
      settings,
      signal,
      onBegin: begin,
      splitter,
      onPart,
      output,
      tools,
    });
    const { firstTokenAt, ...answer } = await raceAbort(reading, signal);
    const start = startedAt ?? performance.now();
    return {
      ...answer,
      usage: ledger.usage,
      timings: {
        firstTokenMs: firstTokenAt === undefined ? undefined : firstTokenAt - start,
        totalMs: performance.now() - start,
      },
    };
  } catch (error) {
    // After an abort, whatever the provider made of it, the reason is what the caller gave.
    signal.throwIfAborted();
    linked.abort(error);
    throw toCallError(error, name);
  }
}

async function read({
  model,
  name,
  prompt,
  settings: { stopSequences, ...settings },
  signal,
  onBegin,
  splitter,
  onPart,
  output,
  tools,
}: {
  model: PolicyModel;
  name: string;
  prompt: AnswerPrompt;
  settings: GenerationSettings;
  signal: AbortSignal;
  /** Called before the first piece, if not before. */
  onBegin: () => void;
  splitter: ReasoningSplitter;
  onPart: ((part: LanguageModelV4StreamPart) => void) | undefined;
  output: Output.Output | undefined;
  tools: AnswerTools | undefined;
}): Promise<Omit<Answer, 'usage' | 'timings'> & { firstTokenAt: number | undefined }> {
  const options: LanguageModelV4CallOptions = {
    prompt: isCallPrompt(prompt) ? prompt : await toCallPrompt(prompt, { model, abortSignal: signal }),
    ...(definedOnly(settings) as Partial<LanguageModelV4CallOptions>),
    ...(stopSequences === undefined ? {} : { stopSequences: [...stopSequences] }),
    ...(definedOnly({ responseFormat: await output?.responseFormat }) as Pick<
      LanguageModelV4CallOptions,
      'responseFormat'
    >),
    ...(definedOnly(tools ?? {}) as AnswerTools),
    abortSignal: signal,
  };
  const reply = await model.openReply(options);
  const toolCalls: LanguageModelV4ToolCall[] = [];
  let firstTokenAt: number | undefined;
  let warnings: readonly CallWarning[] = [];
  for (;;) {
    const parts = await reply.read();
    signal.throwIfAborted();
    if (parts === undefined) {
      throw new ModelCallError({ kind: 'interrupted', model: name, message: 'The answer broke off before its end.' });
    }
    for (const part of parts) {
      onPart?.(part);
      switch (part.type) {
        case 'text-delta':
          onBegin();
          firstTokenAt ??= performance.now();
          splitter.push(part.delta);
          // The listener may have had enough.
          signal.throwIfAborted();
          break;
        case 'reasoning-delta':
          onBegin();
          splitter.pushReasoning(part.delta);
          signal.throwIfAborted();
          break;
        case 'reasoning-end':
          splitter.endReasoning();
          break;
        case 'tool-call':
          onBegin();
          firstTokenAt ??= performance.now();
          toolCalls.push(part);
          break;
        case 'error':
          throw part.error;
        case 'stream-start':
          ({ warnings } = part);
          break;
        case 'finish': {
          onBegin();
          splitter.end();
          const { text, reasoning } = splitter;
          const { providerMetadata: details } = part;
          const { unified: finishReason, raw: rawReason } = part.finishReason;
          checkFinish({ model: name, text, finishReason, rawReason, details });
          const called = toolCalls.length === 0 ? {} : { toolCalls };
          return { text, reasoning, finishReason, firstTokenAt, details, warnings, ...called };
        }
        default:
      }
    }
  }
}

function isCallPrompt(prompt: AnswerPrompt): prompt is LanguageModelV4Prompt {
  return Array.isArray(prompt);
}
