import type { Blender, BlenderConfig, ModelProgress } from '../../index.ts';
import type { Environment } from '../../util/environment.ts';
import type { ServedModels } from '../served-models.ts';
import type { ServerLimits } from '../server-limits.ts';
import { BlendChoices } from './blend-choices.ts';
import { BlendSessions, type SessionTimeOptions } from './blend-sessions.ts';
import type { Clock } from './clock.ts';
import { ModelNews } from './model-news.ts';

/** What the routes of sessions work with besides. */
export interface BlendParts {
  readonly choices: BlendChoices;
  readonly sessions: BlendSessions;
  readonly news: ModelNews;
  /** Where the models are, and the keys of providers. */
  readonly environment: Pick<BlenderConfig, 'providers'> & { readonly env?: Environment | undefined };
}

/** Options of {@link createBlendParts}; those that are not about the rest of a server are its own as well. */
export interface BlendPartsOptions {
  readonly config: Pick<BlenderConfig, 'rankers' | 'defaults' | 'providers'>;
  readonly models: ServedModels;
  readonly limits: ServerLimits;
  /** How long sessions last. */
  readonly sessions?: SessionTimeOptions | undefined;
  /** The environment of the blender: it says which providers have their keys. @default process.env */
  readonly env?: Environment | undefined;
  /** Is given what to call as the blender fetches and loads models; readers of sessions see it. */
  readonly onModels?: ((listener: (progress: ModelProgress) => void) => void) | undefined;
  /** @internal The time of sessions, for tests. */
  readonly clock?: Clock | undefined;
}

export function createBlendParts(
  blender: Blender,
  { config, models, limits, sessions, env, onModels, clock }: BlendPartsOptions,
): BlendParts {
  const news = new ModelNews();
  onModels?.((progress) => news.add(progress));
  return {
    choices: BlendChoices.of(blender, { models, config }),
    sessions: new BlendSessions({ limits, times: sessions, clock }),
    news,
    environment: { providers: config.providers, env },
  };
}
