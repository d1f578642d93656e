import {
  type Blender,
  type BlenderConfig,
  type FuserChoice,
  type GenerationSettings,
  type JudgeEntry,
  type ModelChoice,
  type ModelEntry,
  type ModelReference,
  type NamedBlend,
  type RankerChoice,
} from '../../index.ts';
import { definedOnly } from '../../util/defined-only.ts';
import { closestName } from '../../util/suggest.ts';
import { ApiError } from '../api-error.ts';
import type { KeyLimits } from '../keys/key-limits.ts';
import type { ServedModels } from '../served-models.ts';
import type { NamedFuser, NamedMember, NamedRanker } from './blend-request.ts';

/** What a model may do in a session of a client. */
export type ModelRole = 'member' | 'fuser' | 'judge';

/** A model that clients can name. */
export interface ChosenModel {
  readonly id: string;
  readonly reference: ModelReference;
  readonly roles: ReadonlySet<ModelRole>;
  /** What it is asked with in each role where a client does not say. */
  readonly settings: Readonly<Partial<Record<ModelRole, GenerationSettings>>>;
}

type RankerConfig = Pick<BlenderConfig, 'rankers' | 'defaults'>;

/** The ranker where none is configured. */
const BUILT_IN_RANKER = 'small';

/** Rankers that need nothing but this package and, for the second, its embedded model. */
const SHIPPED_RANKERS = [BUILT_IN_RANKER, 'embedded'];

/**
 * What clients can make blends of: the blends that are served, their models, and the rankers of the configuration. No
 * other model can be asked, and no other ranker named, which could be a folder of this machine.
 */
export class BlendChoices {
  /** The served blends with all their settings, the usual one first. */
  readonly blends: ReadonlyMap<string, NamedBlend>;
  readonly models: ReadonlyMap<string, ChosenModel>;
  /** What the names of rankers stand for, without `default`. */
  readonly rankers: ReadonlyMap<string, string>;
  readonly #config: RankerConfig;

  /** What a server offers: its blends, made whole by its blender. */
  static of(blender: Blender, { models, config }: { models: ServedModels; config: RankerConfig }): BlendChoices {
    const names = models.list.filter(({ kind }) => kind === 'blend').map(({ id }) => id);
    const whole = names.map((blend) => {
      const session = blender.createBlendSession({ blend, prompt: 'Why?' });
      void session.close();
      return [blend, session.settings] as const;
    });
    return new BlendChoices(new Map(whole), [], config);
  }

  constructor(
    blends: ReadonlyMap<string, NamedBlend>,
    /** Members besides those of the blends. */
    members: readonly ModelChoice[],
    config: RankerConfig,
  ) {
    this.blends = blends;
    this.#config = config;
    const { rankers = {}, defaults = {} } = config;
    const all = [...blends.values()];
    const named = [defaults.ranker, ...all.flatMap(({ ranker, checkRanker }) => [ranker, checkRanker])];
    const known = new ModelTable();
    for (const choice of [...all.flatMap((blend) => blend.models), ...members]) known.addMember(choice);
    for (const { fuser } of all) known.addFuser(fuser);
    for (const choice of [...named, ...Object.values(rankers)]) known.addJudge(choice);
    this.models = known.models;
    const names = named.filter((choice) => typeof choice === 'string');
    const aliases = Object.entries(rankers).map(([name, choice]) => [name, rankerName(choice)] as const);
    const itself = (name: string) => [name, name] as const;
    const others = names.filter((name) => !Object.hasOwn(rankers, name));
    this.rankers = new Map([...SHIPPED_RANKERS.map(itself), ...aliases, ...others.map(itself)]);
  }

  /** What a key may make blends of. @throws ApiError 403 where it may ask no blend. */
  allowedBy({ blends: allowed }: Pick<KeyLimits, 'blends'>): BlendChoices {
    if (allowed === undefined) return this;
    const blends = new Map([...this.blends].filter(([name]) => allowed.includes(name)));
    if (blends.size === 0) {
      throw new ApiError({
        status: 403,
        message: `The key may ask no blend, and so has no sessions. It may ask: ${allowed.join(', ')}.`,
        code: 'model_not_allowed',
      });
    }
    const all = [...this.blends.values()].flatMap(({ models }) => models);
    const members = all.filter((choice) => allowed.includes(nameOf(choice)));
    return new BlendChoices(blends, members, this.#config);
  }

  /** The name of the blend where none is given. */
  get usual(): string {
    return this.blends.keys().next().value ?? '';
  }

  /** What the ranker of the usual blend is called, also behind an alias. */
  get usualRanker(): string {
    const name = rankerName(this.findBlend().settings.ranker ?? BUILT_IN_RANKER);
    return this.rankers.get(name) ?? name;
  }

  /** @throws ApiError 404 */
  findBlend(name: string = this.usual): { readonly name: string; readonly settings: NamedBlend } {
    const settings = this.blends.get(name);
    if (settings !== undefined) return { name, settings };
    throw notServed('blend', { what: 'blend', name, known: [...this.blends.keys()] });
  }

  /** @throws ApiError 404 */
  toMember(given: NamedMember, param: string): ModelEntry {
    const { model, ...settings } = asEntry<Exclude<NamedMember, string>>(given);
    const { reference, settings: own } = this.#find(model, 'member', param);
    return { ...own.member, ...definedOnly(settings), model: reference };
  }

  /** @throws ApiError 404 */
  toFuser(given: NamedFuser | undefined, param: string): FuserChoice | undefined {
    if (given === undefined) return undefined;
    const { model, ...settings } = asEntry<Exclude<NamedFuser, string>>(given);
    const { reference, settings: own } = this.#find(model, 'fuser', param);
    return { ...own.fuser, ...definedOnly(settings), model: reference };
  }

  /** Undefined for the ranker of the blend. @throws ApiError 404 */
  toRanker(given: NamedRanker | undefined, param: string): RankerChoice | undefined {
    if (given === undefined || given === 'default') return undefined;
    if (typeof given === 'object') {
      const { judge, ...settings } = given;
      const { reference, settings: own } = this.#find(judge, 'judge', `${param}.judge`);
      return { ...own.judge, ...definedOnly(settings), judge: reference };
    }
    if (this.rankers.has(given)) return given;
    const [, kind, rest = ''] = /^(judge|judge-list|cascade):(.+)$/s.exec(given) ?? [];
    if (kind === undefined) {
      throw notServed(param, {
        what: 'ranker',
        name: given,
        known: ['default', ...this.rankers.keys(), 'judge:MODEL'],
      });
    }
    if (kind === 'cascade') {
      if (typeof this.toRanker(rest, param) === 'string') return given;
      throw new ApiError({ status: 400, message: `${param}: a cascade needs the name of another ranker.`, param });
    }
    const { reference } = this.#find(rest, 'judge', param);
    if (typeof reference === 'string') return given;
    if (kind === 'judge') return { judge: reference };
    const message = `${param}: ${JSON.stringify(rest.slice(0, 200))} can judge pairs alone. Name it as judge:${rest.slice(0, 200)}.`;
    throw new ApiError({ status: 400, message, param });
  }

  #find(id: string, role: ModelRole, param: string): ChosenModel {
    const found = this.models.get(id);
    if (found?.roles.has(role) === true) return found;
    const known = [...this.models.values()].filter(({ roles }) => roles.has(role)).map((model) => model.id);
    throw notServed(param, { what: role === 'member' ? 'model' : role, name: id, known });
  }
}

/** Collects the models of the blends. What is found first decides the settings. */
class ModelTable {
  readonly models = new Map<
    string,
    ChosenModel & { roles: Set<ModelRole>; settings: Partial<Record<ModelRole, GenerationSettings>> }
  >();

  addMember(choice: ModelChoice): void {
    const { model, samples: _samples, ...settings } = asEntry<ModelEntry>(choice);
    for (const role of ['member', 'fuser', 'judge'] as const) this.#add(model, role, role === 'member' ? settings : {});
  }

  addFuser(choice: FuserChoice | undefined): void {
    // A fuser of the configuration's own has no name.
    if (choice === undefined || (typeof choice === 'object' && 'doFuse' in choice)) return;
    const { model, ...settings } = asEntry<Omit<ModelEntry, 'samples'>>(choice);
    this.#add(model, 'fuser', settings);
  }

  addJudge(choice: RankerChoice | undefined): void {
    if (typeof choice === 'string') {
      const [, model] = /^(?:cascade:)?judge(?:-list)?:(.+)$/s.exec(choice) ?? [];
      if (model !== undefined) this.#add(model, 'judge', {});
    } else if (choice !== undefined && 'judge' in choice) {
      const { judge, ...settings }: JudgeEntry = choice;
      this.#add(judge, 'judge', settings);
    }
  }

  #add(reference: ModelReference, role: ModelRole, settings: GenerationSettings): void {
    const id = nameOf(reference);
    const known = this.models.get(id) ?? { id, reference, roles: new Set<ModelRole>(), settings: {} };
    known.roles.add(role);
    if (Object.keys(known.settings[role] ?? {}).length === 0) known.settings[role] = settings;
    this.models.set(id, known);
  }
}

/** The id by which clients know a model. */
export function nameOf(choice: ModelChoice): string {
  const { model } = asEntry<ModelEntry>(choice);
  return typeof model === 'string' ? model : `${model.provider}/${model.modelId}`;
}

/** The name of a ranker; that of an object is its own. */
function rankerName(ranker: RankerChoice): string {
  if (typeof ranker === 'string') return ranker;
  return 'judge' in ranker ? `judge:${nameOf(ranker.judge)}` : ranker.name;
}

/** A model with its settings, of which it may have none. */
function asEntry<ENTRY extends { readonly model: ModelReference }>(choice: ENTRY | ModelReference): ENTRY {
  const isEntry = typeof choice === 'object' && 'model' in choice && !('doStream' in choice);
  // Everything but the model may be missing.
  return isEntry ? choice : ({ model: choice } as unknown as ENTRY);
}

function notServed(
  param: string,
  { what, name, known }: { what: string; name: string; known: readonly string[] },
): ApiError {
  const near = closestName(name, known);
  const meant = near === undefined ? '' : ` Did you mean ${near}?`;
  return new ApiError({
    status: 404,
    message: `The ${what} ${JSON.stringify(name.slice(0, 200))} is not served here.${meant} There are: ${known.join(', ')}.`,
    param,
    code: `${what === 'fuser' || what === 'judge' ? 'model' : what}_not_found`,
  });
}
