import type { LanguageModelV4, LanguageModelV4CallOptions } from '@ai-sdk/provider';
import {
  type Blender,
  type GenerationSettings,
  InvalidArgumentError,
  type ModelChoice,
  type ModelEntry,
  type ModelObject,
  type WorkEstimate,
} from '../index.ts';
import { closestName } from '../util/suggest.ts';
import { ApiError } from './api-error.ts';

/** A model that clients can name. */
export interface ServedModel {
  readonly id: string;
  readonly kind: 'blend' | 'member';
  /** Settings for requests that give none; those of a blend are its own. */
  readonly settings: GenerationSettings;
  /** Loads it where it must be loaded. */
  readonly open: (options: { abortSignal: AbortSignal }) => Promise<LanguageModelV4>;
  /** What a call takes, without making it. */
  readonly estimate: (call: LanguageModelV4CallOptions) => Promise<WorkEstimate>;
}

/** Names a blend where a model has the same name. */
const BLEND_PREFIX = 'blend/';

/** The blends that are served, and the models that are members of them. No other model can be asked. */
export class ServedModels {
  /** Blends first. */
  readonly list: readonly ServedModel[];
  readonly #known: ReadonlyMap<string, ServedModel>;

  /** @throws InvalidArgumentError for a blend that there is not, or that cannot run. */
  constructor(blender: Blender, blends: readonly string[]) {
    if (blends.length === 0) {
      throw new InvalidArgumentError({ parameter: 'blends', value: blends, message: 'expected at least one name.' });
    }
    const known = new Map<string, ServedModel>();
    for (const blend of blends) {
      const model = blender.blenderModel({ blend, name: blend });
      const estimate: ServedModel['estimate'] = (call) => model.estimate(call);
      known.set(blend, { id: blend, kind: 'blend', settings: {}, open: async () => model, estimate });
      for (const choice of model.members) {
        const member = servedMember(choice, blender);
        if (member !== undefined && !blends.includes(member.id) && !known.has(member.id)) known.set(member.id, member);
      }
    }
    this.#known = known;
    this.list = [...known.values()].toSorted(
      (one, other) => Number(one.kind !== 'blend') - Number(other.kind !== 'blend'),
    );
  }

  /** @throws ApiError 404 */
  find(name: string): ServedModel {
    const prefixed = name.startsWith(BLEND_PREFIX) ? this.#known.get(name.slice(BLEND_PREFIX.length)) : undefined;
    const found = prefixed?.kind === 'blend' ? prefixed : this.#known.get(name);
    if (found !== undefined) return found;
    const ids = this.list.map(({ id }) => id);
    const near = closestName(name, ids);
    const meant = near === undefined ? '' : ` Did you mean ${near}?`;
    throw new ApiError({
      status: 404,
      message: `The model ${JSON.stringify(name.slice(0, 200))} is not served here.${meant} There are: ${ids.join(', ')}.`,
      param: 'model',
      code: 'model_not_found',
    });
  }
}

/** Undefined for a model object of an older specification: it answers inside of blends alone. */
function servedMember(choice: ModelChoice, blender: Blender): ServedModel | undefined {
  const entry: ModelEntry = typeof choice === 'string' || !('model' in choice) ? { model: choice } : choice;
  const { model, samples: _samples, timeoutMs: _timeoutMs, ...settings } = entry;
  // A blend of it alone takes what it takes.
  const alone = blender.blenderModel({ models: [{ model, ...settings }], fusion: false });
  const estimate: ServedModel['estimate'] = (call) => alone.estimate(call);
  if (typeof model === 'string') {
    const open: ServedModel['open'] = async (options) => asV4(await blender.model(model, options));
    return { id: model, kind: 'member', settings, open, estimate };
  }
  if (model.specificationVersion !== 'v4') return undefined;
  return { id: `${model.provider}/${model.modelId}`, kind: 'member', settings, open: async () => model, estimate };
}

/** A blender gives its models in the current form of the specification. */
function asV4(model: ModelObject): LanguageModelV4 {
  if (model.specificationVersion !== 'v4') throw new TypeError(`${model.modelId} is of ${model.specificationVersion}`);
  return model;
}
