import type { CallWarning } from 'ai';
import { DEFAULT_MODEL, type Resources, sharedResources } from '../registry/index.ts';
import { candidateTexts, DEFAULT_TOP_K } from '../spec/candidate-texts.ts';
import type { AnswerSchema } from '../spec/answer-schema.ts';
import type { CallFailure } from '../spec/candidate.ts';
import type { Fuser, FuserFuseOptions, FuserFuseResult, FusionAnalysisOutcome, FusionRestart } from '../spec/fuser.ts';
import type { FusionAnalysis } from '../spec/fusion-analysis.ts';
import {
  checkSettings,
  type GenerationSettings,
  isModelEntry,
  type ModelEntry,
  modelName,
  type ModelReference,
  pickSettings,
} from '../spec/model-choice.ts';
import { normalizePrompt, type PromptOptions } from '../spec/prompt.ts';
import type { Usage } from '../spec/usage.ts';
import { type AnswerForm, readAnswer, resolveAnswerForm } from '../structured/index.ts';
import { doWork, inSpan } from '../telemetry/index.ts';
import { checkNumber, COUNT, RETRIES, TIMEOUT_MS } from '../util/check-number.ts';
import { notify } from '../util/notify.ts';
import { raceAbort } from '../util/race-abort.ts';
import { checkFusionSettings, type FusionSettings, pickFusionSettings } from './fusion-settings.ts';
import { createLlmFuser, type FuserConversation } from './llm-fuser.ts';

/** The fuser: a model by name or object, with settings if needed, or any {@link Fuser}. */
export type FuserChoice = ModelReference | Omit<ModelEntry, 'samples'> | Fuser;

/** Candidates of {@link fuse}: texts, or objects with the rank and the score of a ranking. */
export type FuseCandidates = readonly (
  | string
  | { readonly text: string; readonly rank?: number | undefined; readonly score?: number | undefined }
)[];

/**
 * Options of {@link fuse}. Settings of the fuser override the generation settings; the defaults are temperature 0 and
 * 512 tokens.
 */
export interface FuseOptions extends PromptOptions, GenerationSettings, FusionSettings {
  /** Answers to fuse, best first, at least one. Ranks and scores are those that the prompt may show. */
  readonly candidates: FuseCandidates;
  /** The fuser. @default the embedded model */
  readonly fuser?: FuserChoice | undefined;
  /** How many candidates to fuse, from the first; all if there are fewer. @default 3 */
  readonly topK?: number | undefined;
  /** Milliseconds for the answer. @default 120_000 */
  readonly timeoutMs?: number | undefined;
  /** How often to retry the call after a temporary failure. @default 2 */
  readonly maxRetries?: number | undefined;
  /** The form of the fused answer: a Zod schema, `jsonSchema(…)` of the AI SDK, or a JSON schema. @default any text */
  readonly schema?: AnswerSchema | undefined;
  readonly abortSignal?: AbortSignal | undefined;
  /** Called with the outcome of the analysis, before the text begins. */
  readonly onAnalysis?: ((outcome: FusionAnalysisOutcome) => void) | undefined;
  /** Called with each piece of text as it is written. */
  readonly onDelta?: ((delta: string) => void) | undefined;
  /** Called with each piece of what the fuser thinks before it writes. */
  readonly onReasoningDelta?: ((delta: string) => void) | undefined;
  /** Called where the text so far is no part of the fused answer, such as a thought without an opening tag. The answer begins anew. */
  readonly onRestart?: (() => void) | undefined;
  /** @internal Owner of loaded models; default: shared by the process. */
  readonly resources?: Resources | undefined;
}

/** Result of {@link fuse}. */
export interface FuseResult<OBJECT = unknown> {
  /** The fused answer; empty if the model returned nothing, or nothing but a thought. */
  readonly text: string;
  /** The fused answer as the `schema` makes of it; `text` is its JSON then. Undefined without a schema. */
  readonly object: OBJECT;
  /** What the fuser thought before it wrote, as far as it shows that. */
  readonly reasoning?: string | undefined;
  readonly fuser: string;
  readonly finishReason: string;
  /** True where a text was shortened to fit the fuser. */
  readonly truncated: boolean;
  /** What the fuser could not do of what was asked, such as to take an image. Absent = nothing. */
  readonly warnings?: readonly CallWarning[] | undefined;
  /** The analysis; undefined without one, or if it failed. */
  readonly analysis: FusionAnalysis | undefined;
  /** Failed calls of a fusion that succeeded: only the analysis. */
  readonly failures: readonly CallFailure[];
  readonly usage: Usage;
  readonly timings: { readonly totalMs: number };
}

/**
 * Writes one answer from the best candidates (GenFuser).
 *
 * @throws InvalidArgumentError, the provider's error, TimeoutError, the signal's reason on abort; ModelCallError of the kind
 * `invalid` for an answer that does not follow the `schema`.
 */
export async function fuse(options: FuseOptions): Promise<FuseResult> {
  const start = performance.now();
  const { topK = DEFAULT_TOP_K, abortSignal, resources = sharedResources() } = options;
  const { onAnalysis, onDelta, onReasoningDelta, onRestart } = options;
  const { task } = normalizePrompt(options);
  checkFuseOptions(options);
  const candidates = candidateTexts(options.candidates).slice(0, topK);
  const form = options.schema === undefined ? undefined : await resolveAnswerForm(options.schema);
  abortSignal?.throwIfAborted();
  const fuser = await resolveFuser({ ...options, resources });
  const { analysed, ...result } = await runFuser(fuser, {
    task,
    candidates,
    ...rankedValues(options.candidates.slice(0, topK)),
    form,
    abortSignal,
    onAnalysis,
    onDelta,
    onReasoningDelta,
    onRestart,
  });
  return {
    ...result,
    fuser: fuser.name,
    analysis: analysed?.analysis,
    failures: analysed?.failure === undefined ? [] : [analysed.failure],
    timings: { totalMs: performance.now() - start },
  };
}

/** Ranks and scores of candidates, where every one has them. */
export function rankedValues(candidates: FuseCandidates): Pick<FuserFuseOptions, 'ranks' | 'scores'> {
  const valuesOf = (key: 'rank' | 'score') => {
    const values = candidates.map((candidate) => (typeof candidate === 'object' ? candidate[key] : undefined));
    return values.every((value) => typeof value === 'number') ? values : undefined;
  };
  return { ranks: valuesOf('rank'), scores: valuesOf('score') };
}

/** What a fuser wrote, with what a schema makes of it. */
interface FusedResult extends FuserFuseResult {
  /** Undefined without a schema. */
  readonly object: unknown;
}

/**
 * Runs a fuser; an abort rejects at once, also where the fuser ignores it.
 *
 * @throws ModelCallError of the kind `invalid` for an answer that has not the form.
 */
export async function runFuser(
  fuser: Fuser,
  { form, ...options }: Omit<FuserFuseOptions, 'jsonSchema'> & { form: AnswerForm | undefined },
): Promise<FusedResult> {
  const { abortSignal } = options;
  try {
    const onDelta = (delta: string) => notify(options.onDelta, delta);
    const onReasoningDelta = (delta: string) => notify(options.onReasoningDelta, delta);
    const onRestart = (reason: FusionRestart = 'thought') => notify(options.onRestart, reason);
    const onAnalysis = (outcome: FusionAnalysisOutcome) => notify(options.onAnalysis, outcome);
    const attributes = { 'llm_blender.fuser': fuser.name, 'llm_blender.candidates': options.candidates.length };
    const asked = { ...options, ...(form === undefined ? {} : { jsonSchema: form.jsonSchema }) };
    return await doWork({ phase: 'fuse' }, () =>
      inSpan(`fuse ${fuser.name}`, { attributes }, async () => {
        const fusing = fuser.doFuse({ ...asked, onAnalysis, onDelta, onReasoningDelta, onRestart });
        const result = await raceAbort(fusing, abortSignal);
        if (form === undefined || result.text.trim() === '' || result.callsTools === true)
          return { ...result, object: undefined };
        return { ...result, ...(await readAnswer(result, { form, model: fuser.name })) };
      }),
    );
  } catch (error) {
    // Whatever the fuser made of an abort, the reason is the caller's.
    abortSignal?.throwIfAborted();
    throw error;
  }
}

/** Makes a fuser from what the caller chose. */
export async function resolveFuser(
  options: Pick<FuseOptions, 'fuser' | 'timeoutMs' | 'maxRetries' | 'abortSignal'> &
    GenerationSettings &
    FusionSettings & { resources: Resources; conversation?: FuserConversation | undefined },
): Promise<Fuser> {
  const { fuser = DEFAULT_MODEL, resources, timeoutMs, maxRetries, abortSignal, conversation, ...defaults } = options;
  if (isFuser(fuser)) return fuser;
  const entry: Omit<ModelEntry, 'samples'> = isModelEntry(fuser) ? fuser : { model: fuser };
  const model = await resources.resolveModel(entry.model, { abortSignal });
  return createLlmFuser({
    model,
    name: fuserName(fuser),
    settings: pickSettings(entry, defaults),
    fusion: pickFusionSettings(defaults),
    maxRetries,
    timeoutMs: entry.timeoutMs ?? timeoutMs,
    conversation,
  });
}

/** The name under which a fuser appears in results. */
export function fuserName(fuser: FuserChoice = DEFAULT_MODEL): string {
  if (isFuser(fuser)) return fuser.name;
  return modelName(isModelEntry(fuser) ? fuser.model : fuser);
}

/** Checks how to fuse, whatever is fused. @throws InvalidArgumentError */
export function checkFuseOptions(options: Omit<FuseOptions, 'candidates' | keyof PromptOptions>): void {
  const { fuser, topK, timeoutMs, maxRetries, ...settings } = options;
  checkNumber('topK', topK, COUNT);
  checkNumber('timeoutMs', timeoutMs, TIMEOUT_MS);
  checkNumber('maxRetries', maxRetries, RETRIES);
  checkSettings(settings);
  checkFusionSettings(settings);
  if (isFuser(fuser) || fuser === undefined || !isModelEntry(fuser)) return;
  checkNumber('fuser.timeoutMs', fuser.timeoutMs, TIMEOUT_MS);
  checkSettings(fuser, 'fuser.');
}

/** True for a fuser that is no model. */
export function isFuser(choice: FuserChoice | undefined): choice is Fuser {
  return typeof choice === 'object' && 'doFuse' in choice;
}
