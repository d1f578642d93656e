import { InvalidArgumentError } from '../error/index.ts';
import {
  checkSettings,
  type GenerationSettings,
  isModelEntry,
  type ModelChoice,
  type ModelEntry,
  modelName,
  type ModelReference,
  pickSettings,
} from '../spec/model-choice.ts';
import { checkNumber, COUNT, RETRIES, TIMEOUT_MS } from '../util/check-number.ts';

/** One call to one model. */
export interface Call {
  /** `1`, `2`, … in the order of `models`. */
  readonly id: string;
  /** The index of its entry in `models`. */
  readonly entry: number;
  readonly model: ModelReference;
  readonly name: string;
  /** From 1, counted over all entries that name the same model. */
  readonly sample: number;
  readonly settings: GenerationSettings;
  readonly timeoutMs: number | undefined;
}

/**
 * Checks the options of a generation and expands models × samples to calls, with the settings of each.
 *
 * @param earlier what was planned before: ids go on after so many, samples after those of these calls.
 * @throws InvalidArgumentError for a value that cannot be used, before any call is made.
 */
export function planCalls(
  {
    models,
    samples = 1,
    timeoutMs,
    totalTimeoutMs,
    maxRetries,
    ...defaults
  }: GenerationSettings & {
    models: readonly ModelChoice[];
    samples?: number | undefined;
    timeoutMs?: number | undefined;
    totalTimeoutMs?: number | undefined;
    maxRetries?: number | undefined;
  },
  earlier: { readonly ids: number; readonly calls: readonly Pick<Call, 'name' | 'sample'>[] } = { ids: 0, calls: [] },
): readonly Call[] {
  if (!(models?.length > 0)) {
    throw new InvalidArgumentError({ parameter: 'models', value: models, message: 'name at least one model.' });
  }
  checkNumber('samples', samples, COUNT);
  checkNumber('timeoutMs', timeoutMs, TIMEOUT_MS);
  checkNumber('totalTimeoutMs', totalTimeoutMs, TIMEOUT_MS);
  checkNumber('maxRetries', maxRetries, RETRIES);
  checkSettings(defaults);
  const calls: Call[] = [];
  const samplesOf = new Map<string, number>();
  for (const { name, sample } of earlier.calls) samplesOf.set(name, Math.max(sample, samplesOf.get(name) ?? 0));
  for (const [index, choice] of models.entries()) {
    const entry: ModelEntry = isModelEntry(choice) ? choice : { model: choice };
    const name = entryName(entry.model, index);
    checkNumber(`models[${index}].samples`, entry.samples, COUNT);
    checkNumber(`models[${index}].timeoutMs`, entry.timeoutMs, TIMEOUT_MS);
    checkSettings(entry, `models[${index}].`);
    const settings = pickSettings(entry, defaults);
    for (let number = 0; number < (entry.samples ?? samples); number++) {
      const sample = (samplesOf.get(name) ?? 0) + 1;
      samplesOf.set(name, sample);
      calls.push({
        id: String(earlier.ids + calls.length + 1),
        entry: index,
        model: entry.model,
        name,
        sample,
        settings: settings.seed === undefined ? settings : { ...settings, seed: settings.seed + sample - 1 },
        timeoutMs: entry.timeoutMs ?? timeoutMs,
      });
    }
  }
  return calls;
}

function entryName(model: ModelReference, index: number): string {
  const usable = typeof model === 'string' ? model !== '' : typeof model?.doStream === 'function';
  if (!usable) {
    throw new InvalidArgumentError({
      parameter: `models[${index}]`,
      value: model,
      message: 'expected a name or an AI SDK language model.',
    });
  }
  return modelName(model);
}
