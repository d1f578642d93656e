import { InvalidArgumentError } from '../error/index.ts';
import { DEFAULT_MODEL, DEFAULT_RANKER } from '../registry/index.ts';
import type { ModelChoice } from '../spec/model-choice.ts';
import type { BlendOptions } from './blend-options.ts';

/** Settings that a named blend gives. Those of the generation apply to its own models, not to models of the caller. */
interface BlendPreset {
  readonly generation: Pick<BlendOptions, 'samples' | 'maxOutputTokens'> & { readonly models: readonly ModelChoice[] };
  readonly rest: Pick<BlendOptions, 'ranker' | 'topK'>;
}

const BLENDS: Readonly<Record<string, BlendPreset>> = {
  /** Fully in this process: three samples of the embedded model, judged and fused by itself. */
  local: {
    generation: { models: [DEFAULT_MODEL], samples: 3, maxOutputTokens: 256 },
    rest: { ranker: DEFAULT_RANKER, topK: 3 },
  },
};

/** Names of the built-in blends. */
const BLEND_NAMES: readonly string[] = Object.keys(BLENDS);

/** Options with the models filled in. */
type CompleteBlendOptions = BlendOptions & { readonly models: readonly ModelChoice[] };

/**
 * Fills in what the call leaves open from the named blend.
 *
 * @throws InvalidArgumentError for an unknown name.
 */
export function applyPreset(options: BlendOptions): CompleteBlendOptions {
  const name = options.blend ?? 'local';
  const preset = Object.hasOwn(BLENDS, name) ? BLENDS[name] : undefined;
  if (preset === undefined) {
    throw new InvalidArgumentError({
      parameter: 'blend',
      value: name,
      message: `expected one of: ${BLEND_NAMES.join(', ')}.`,
    });
  }
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as BlendOptions;
  const generation = given.models === undefined ? preset.generation : {};
  return { ...preset.rest, ...generation, ...given, models: given.models ?? preset.generation.models };
}
