import type { JSONValue } from '@ai-sdk/provider';
import type { ChatRequest } from '../chat/chat-request.ts';
import { findFusion, FUSION_ALIAS, type FusionRequest } from '../fusion/fusion-request.ts';
import { serveFusion } from '../fusion/serve-fusion.ts';
import type { KeyLimits } from '../keys/key-limits.ts';
import type { ServedModel, ServedModels } from '../served-models.ts';
import { findTask } from '../tasks/find-task.ts';

/** Who answers a request. */
export interface ChosenModel {
  /** What the client has named: its key has to allow this one. */
  readonly asked: ServedModel;
  readonly served: ServedModel;
  readonly fusion: FusionRequest | undefined;
  /** What is said of the choice beside the answer. */
  readonly notes: Readonly<Record<string, JSONValue>>;
}

/** Chooses who answers: the model that is named, one for tasks of chat pages, or a panel. @throws ApiError */
export function chooseModel(
  chat: ChatRequest,
  { models, limits }: { models: ServedModels; limits: KeyLimits | undefined },
): ChosenModel {
  const named = chat.model === FUSION_ALIAS ? undefined : models.find(chat.model);
  const task = named?.kind === 'member' ? undefined : findTask(chat);
  const fusion = task === undefined ? findFusion(chat) : undefined;
  if (fusion !== undefined) {
    const served = serveFusion(fusion, { models, asked: named, limits });
    return { asked: served, served, fusion, notes: {} };
  }
  const asked = named ?? models.find(models.list[0]?.id ?? '');
  if (task === undefined) return { asked, served: asked, fusion, notes: {} };
  const served = models.forTask(asked);
  return { asked, served, fusion, notes: { task, model: served.id } };
}
