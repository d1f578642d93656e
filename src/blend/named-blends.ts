import { InvalidArgumentError } from '../error/index.ts';
import { DEFAULT_MODEL, DEFAULT_RANKER } from '../registry/index.ts';
import type { BlendOptions } from './blend-options.ts';

/** Settings that a named blend gives. */
export type BlendPreset = Pick<BlendOptions, 'models' | 'ranker' | 'strategy' | 'aggregation' | 'fuser' | 'topK' | 'samples'>;

const BLENDS = {
  /** Fully in this process: three samples of the embedded model, judged and fused by itself. */
  local: {
    models: [{ model: DEFAULT_MODEL, samples: 3, maxOutputTokens: 256 }],
    ranker: DEFAULT_RANKER,
    fuser: { model: DEFAULT_MODEL, maxOutputTokens: 256 },
    topK: 3,
  },
} as const satisfies Record<string, BlendPreset>;

/** Names of the built-in blends. */
export const BLEND_NAMES: readonly string[] = Object.keys(BLENDS);

/**
 * Fills in what the call leaves open from the named blend.
 *
 * @throws InvalidArgumentError for an unknown name.
 */
export function applyPreset(options: BlendOptions): BlendOptions & { readonly models: NonNullable<BlendOptions['models']> } {
  const name = options.blend ?? 'local';
  if (!Object.hasOwn(BLENDS, name)) {
    throw new InvalidArgumentError({ parameter: 'blend', value: name, message: `expected one of: ${BLEND_NAMES.join(', ')}.` });
  }
  const preset = BLENDS[name as keyof typeof BLENDS];
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as BlendOptions;
  const merged = { ...preset, ...given };
  // A number of samples asked for by the call goes before the one of the preset's own models.
  const models = given.models ?? preset.models.map((entry) => ({ ...entry, samples: given.samples ?? entry.samples }));
  return { ...merged, models };
}
