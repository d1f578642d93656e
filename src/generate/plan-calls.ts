import { InvalidArgumentError } from '../error/index.ts';
import {
  type GenerationSettings,
  isModelEntry,
  type ModelChoice,
  type ModelEntry,
  modelName,
  type ModelReference,
  pickSettings,
} from '../spec/model-choice.ts';

/** One call to one model. */
export interface Call {
  /** `1`, `2`, … in the order asked. */
  readonly id: string;
  readonly model: ModelReference;
  readonly name: string;
  /** From 1, counted over all entries that name the same model. */
  readonly sample: number;
  readonly settings: GenerationSettings;
  readonly timeoutMs: number;
}

/** Milliseconds for one answer where nothing else is said. */
const DEFAULT_TIMEOUT_MS = 120_000;

/**
 * Expands models × samples to calls, with the settings of each.
 *
 * @throws InvalidArgumentError for a value that cannot be used, before any call is made.
 */
export function planCalls({
  models,
  samples = 1,
  timeoutMs = DEFAULT_TIMEOUT_MS,
  ...defaults
}: GenerationSettings & {
  models: readonly ModelChoice[];
  samples?: number | undefined;
  timeoutMs?: number | undefined;
}): readonly Call[] {
  if (!(models?.length > 0)) {
    throw new InvalidArgumentError({ parameter: 'models', value: models, message: 'name at least one model.' });
  }
  const calls: Call[] = [];
  const samplesOf = new Map<string, number>();
  for (const [index, choice] of models.entries()) {
    const entry: ModelEntry = isModelEntry(choice) ? choice : { model: choice };
    const name = entryName(entry.model, index);
    const count = positiveInteger(`models[${index}].samples`, entry.samples ?? samples);
    const limit = positive(`models[${index}].timeoutMs`, entry.timeoutMs ?? timeoutMs);
    const settings = pickSettings(entry, defaults);
    for (let number = 0; number < count; number++) {
      const sample = (samplesOf.get(name) ?? 0) + 1;
      samplesOf.set(name, sample);
      calls.push({
        id: String(calls.length + 1),
        model: entry.model,
        name,
        sample,
        settings: settings.seed === undefined ? settings : { ...settings, seed: settings.seed + sample - 1 },
        timeoutMs: limit,
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

function positiveInteger(parameter: string, value: number): number {
  if (!Number.isInteger(value) || value < 1) {
    throw new InvalidArgumentError({ parameter, value, message: 'expected an integer of at least 1.' });
  }
  return value;
}

function positive(parameter: string, value: number): number {
  if (!(value > 0)) throw new InvalidArgumentError({ parameter, value, message: 'expected a number above 0.' });
  return value;
}
