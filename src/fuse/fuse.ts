import { InvalidArgumentError } from '../error/index.ts';
import { DEFAULT_MODEL, type Resources, sharedResources } from '../registry/index.ts';
import { type CandidateTexts, candidateTexts } from '../spec/candidate-texts.ts';
import type { Fuser, FuserFuseOptions, FuserFuseResult } from '../spec/fuser.ts';
import {
  type GenerationSettings,
  isModelEntry,
  type ModelEntry,
  modelName,
  type ModelReference,
  pickSettings,
} from '../spec/model-choice.ts';
import { normalizePrompt, type PromptOptions } from '../spec/prompt.ts';
import type { Usage } from '../spec/usage.ts';
import { notify } from '../util/notify.ts';
import { raceAbort } from '../util/race-abort.ts';
import { LlmFuser } from './llm-fuser.ts';

/** What writes the fused answer: a model by name or object, with settings of its own if need be, or any {@link Fuser}. */
export type FuserChoice = ModelReference | Omit<ModelEntry, 'samples'> | Fuser;

/**
 * Options of {@link fuse}. Generation settings hold unless the fuser has settings of its own; by default
 * temperature 0, the likeliest text, and 512 tokens.
 */
export interface FuseOptions extends PromptOptions, GenerationSettings {
  /** Answers to fuse, best first, at least one. */
  readonly candidates: CandidateTexts;
  /** What writes the fused answer. @default the embedded model */
  readonly fuser?: FuserChoice | undefined;
  /** How many of the candidates to fuse, from the first. More than there are = all. @default 3 */
  readonly topK?: number | undefined;
  /** Milliseconds for the answer. @default 120_000 */
  readonly timeoutMs?: number | undefined;
  /** How often to repeat the call after a failure that may pass. @default 2 */
  readonly maxRetries?: number | undefined;
  readonly abortSignal?: AbortSignal | undefined;
  /** Told of each piece of text as it is written. */
  readonly onDelta?: ((delta: string) => void) | undefined;
  /** @internal Owner of loaded models; default: shared by the process. */
  readonly resources?: Resources | undefined;
}

/** Result of {@link fuse}. */
export interface FuseResult {
  /** The fused answer; empty where the model gave nothing. */
  readonly text: string;
  readonly fuser: string;
  readonly finishReason: string;
  /** True where a text was shortened to fit the fuser. */
  readonly truncated: boolean;
  readonly usage: Usage;
  readonly timings: { readonly totalMs: number };
}

/**
 * Writes one answer from the best candidates (GenFuser).
 *
 * @throws InvalidArgumentError, the provider's error, TimeoutError, the signal's reason on abort.
 */
export async function fuse(options: FuseOptions): Promise<FuseResult> {
  const start = performance.now();
  const { abortSignal, onDelta, resources = sharedResources() } = options;
  const { task } = normalizePrompt(options);
  const candidates = candidateTexts(options.candidates).slice(0, checkTopK(options.topK));
  abortSignal?.throwIfAborted();
  const fuser = await resolveFuser({ ...options, resources });
  const result = await runFuser(fuser, { task, candidates, abortSignal, onDelta });
  return { ...result, fuser: fuser.name, timings: { totalMs: performance.now() - start } };
}

/** Runs a fuser; an abort is the caller's at once, also where the fuser does not heed it. */
export async function runFuser(fuser: Fuser, options: FuserFuseOptions): Promise<FuserFuseResult> {
  const { abortSignal } = options;
  try {
    const onDelta = (delta: string) => notify(options.onDelta, delta);
    return await raceAbort(fuser.doFuse({ ...options, onDelta }), abortSignal);
  } catch (error) {
    // Whatever the fuser made of an abort, the reason is the caller's.
    abortSignal?.throwIfAborted();
    throw error;
  }
}

/** Makes a fuser from what the caller chose. */
export async function resolveFuser({
  fuser = DEFAULT_MODEL,
  resources,
  timeoutMs = 120_000,
  maxRetries = 2,
  abortSignal,
  ...defaults
}: Pick<FuseOptions, 'fuser' | 'timeoutMs' | 'maxRetries' | 'abortSignal'> &
  GenerationSettings & { resources: Resources }): Promise<Fuser> {
  if (typeof fuser === 'object' && 'doFuse' in fuser) return fuser;
  const entry: Omit<ModelEntry, 'samples'> = isModelEntry(fuser) ? fuser : { model: fuser };
  const model = await resources.resolveModel(entry.model, { abortSignal });
  return new LlmFuser({
    model,
    name: fuserName(fuser),
    settings: pickSettings(entry, defaults),
    maxRetries,
    timeoutMs: entry.timeoutMs ?? timeoutMs,
  });
}

/** The name under which a fuser appears in results. */
export function fuserName(fuser: FuserChoice = DEFAULT_MODEL): string {
  if (typeof fuser === 'object' && 'doFuse' in fuser) return fuser.name;
  return modelName(isModelEntry(fuser) ? fuser.model : fuser);
}

/** Checks a top K. @throws InvalidArgumentError */
export function checkTopK(topK = 3): number {
  if (!Number.isInteger(topK) || topK < 1) {
    throw new InvalidArgumentError({ parameter: 'topK', value: topK, message: 'expected an integer of at least 1.' });
  }
  return topK;
}
