import type { LanguageModelV4, LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { findListedContext } from '../calls/meter/price-list.ts';
import {
  type Blender,
  type BlenderConfig,
  type BlenderModel,
  type BlenderModelOptions,
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
  /** How a blend names it, with its settings; undefined for a blend. */
  readonly choice: Omit<ModelEntry, 'samples'> | undefined;
  /** Settings for requests that give none; those of a blend are its own. */
  readonly settings: GenerationSettings;
  /** Of a blend. */
  readonly members: readonly ServedModel[];
  /** Loads it where it must be loaded. */
  readonly open: (options: { abortSignal: AbortSignal }) => Promise<LanguageModelV4>;
  /** What a call takes, without making it. */
  readonly estimate: (call: LanguageModelV4CallOptions) => Promise<WorkEstimate>;
  /** Tokens of question and answer together; of a blend those of its smallest member. Undefined where it is not known. */
  readonly contextTokens: () => Promise<number | undefined>;
}

/** Names a blend where a model has the same name. */
const BLEND_PREFIX = 'blend/';

/** The names of the blends of a configuration, the usual one first; without any, that of the embedded model. */
export function servedBlends({ blends = {}, defaults }: Pick<BlenderConfig, 'blends' | 'defaults'>): readonly string[] {
  const names = Object.keys(blends);
  const usual = defaults?.blend ?? (names.length === 0 ? 'local' : undefined);
  return [...new Set([...(usual === undefined ? [] : [usual]), ...names])];
}

/** The blends that are served, and the models that are members of them. No other model can be asked. */
export class ServedModels {
  /** Blends first. */
  readonly list: readonly ServedModel[];
  readonly #known: ReadonlyMap<string, ServedModel>;
  readonly #blender: Blender;
  readonly #taskModel: ServedModel | false | undefined;

  /**
   * @param taskModel as in `ServerSettings`.
   * @throws InvalidArgumentError for a blend that there is not, or that cannot run.
   */
  constructor(
    blender: Blender,
    blends: readonly string[],
    { taskModel }: { taskModel?: string | false | undefined } = {},
  ) {
    if (blends.length === 0) {
      throw new InvalidArgumentError({ parameter: 'blends', value: blends, message: 'expected at least one name.' });
    }
    this.#blender = blender;
    const known = new Map<string, ServedModel>();
    const served = blends.map((blend) => this.blend(blend, { blend }));
    for (const blend of served) known.set(blend.id, blend);
    for (const member of served.flatMap(({ members }) => members)) {
      if (!known.has(member.id)) known.set(member.id, member);
    }
    this.#known = known;
    this.list = [...known.values()];
    this.#taskModel = typeof taskModel === 'string' ? this.#namedTaskModel(taskModel) : taskModel;
  }

  /** @throws ApiError 404 */
  find(name: string, param = 'model'): ServedModel {
    const prefixed = name.startsWith(BLEND_PREFIX) ? this.#known.get(name.slice(BLEND_PREFIX.length)) : undefined;
    const found = prefixed?.kind === 'blend' ? prefixed : this.#known.get(name);
    if (found !== undefined) return found;
    const ids = this.list.map(({ id }) => id);
    const near = closestName(name, ids);
    const meant = near === undefined ? '' : ` Did you mean ${near}?`;
    throw new ApiError({
      status: 404,
      message: `The model ${JSON.stringify(name.slice(0, 200))} is not served here.${meant} There are: ${ids.join(', ')}.`,
      param,
      code: 'model_not_found',
    });
  }

  /** The model that answers a task of a chat page in place of this one. */
  forTask(asked: ServedModel): ServedModel {
    if (asked.kind !== 'blend' || this.#taskModel === false) return asked;
    return this.#taskModel ?? asked.members[0] ?? asked;
  }

  /** A blend under a name, with its members. @throws InvalidArgumentError */
  blend(id: string, options: BlenderModelOptions): ServedModel {
    const model: BlenderModel = this.#blender.blenderModel({ ...options, name: id });
    const members = [
      ...new Map(
        model.members.map((choice) => servedMember(choice, this.#blender)).map((one) => [one.id, one]),
      ).values(),
    ];
    return {
      id,
      kind: 'blend',
      choice: undefined,
      settings: {},
      members,
      open: async () => model,
      estimate: (call) => model.estimate(call),
      contextTokens: async () => {
        const sizes = await Promise.all(members.map((member) => member.contextTokens()));
        const known = sizes.filter((size) => size !== undefined);
        return known.length === 0 ? undefined : Math.min(...known);
      },
    };
  }

  #namedTaskModel(name: string): ServedModel {
    const known = this.#known.get(name);
    if (known?.kind === 'member') return known;
    if (known !== undefined) {
      const message =
        'it is a blend, and tasks of chat pages are to be cheap. Name a single model, or false for the blend itself.';
      throw new InvalidArgumentError({ parameter: 'taskModel', value: name, message });
    }
    // An alias becomes what it stands for.
    const [choice = name] = this.#blender.blenderModel({ models: [name] }).members;
    if (typeof choice === 'string' && !choice.includes('/')) {
      const message = 'expected provider/model, or a name of models in the configuration.';
      throw new InvalidArgumentError({ parameter: 'taskModel', value: name, message });
    }
    return servedMember(choice, this.#blender);
  }
}

function servedMember(choice: ModelChoice, blender: Blender): ServedModel {
  const entry: ModelEntry = typeof choice === 'string' || !('model' in choice) ? { model: choice } : choice;
  const { model, samples: _samples, timeoutMs: _timeoutMs, ...settings } = entry;
  // A blend of it alone takes what it takes.
  const alone = blender.blenderModel({ models: [{ model, ...settings }], fusion: false });
  let opened: ModelObject | undefined;
  const provider = typeof model === 'string' ? (model.split('/', 1)[0] ?? '') : model.provider;
  const id = typeof model === 'string' ? model : `${provider}/${model.modelId}`;
  return {
    id,
    kind: 'member',
    choice: { model, ...settings },
    settings,
    members: [],
    open: async (options) => {
      opened = await blender.model(model, options);
      return asV4(opened);
    },
    estimate: (call) => alone.estimate(call),
    contextTokens: async () => saidBy(opened ?? model) ?? findListedContext(provider, id.slice(provider.length + 1)),
  };
}

/** A model in this process knows its context once it is loaded. */
function saidBy(model: ModelObject | string): number | undefined {
  if (typeof model === 'string' || !('contextTokens' in model)) return undefined;
  return typeof model.contextTokens === 'number' ? model.contextTokens : undefined;
}

/** A blender gives its models in the current form of the specification. */
function asV4(model: ModelObject): LanguageModelV4 {
  if (model.specificationVersion !== 'v4') throw new TypeError(`${model.modelId} is of ${model.specificationVersion}`);
  return model;
}
