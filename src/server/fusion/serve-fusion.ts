import type { JSONObject } from '@ai-sdk/provider';
import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import { allowsModel, type KeyLimits } from '../keys/key-limits.ts';
import type { ServedModel, ServedModels } from '../served-models.ts';
import type { FusionRequest } from './fusion-request.ts';

/** Says how many fusions a request is inside of; 0 where it is left out. */
export const DEPTH_HEADER = 'x-openrouter-fusion-depth';

/**
 * Refuses a blend inside of a fusion: each level would multiply the calls, without an end where one leads back here.
 *
 * @throws ApiError 400
 */
export function checkDepth(given: string | undefined, served: ServedModel): void {
  if (given === undefined || served.kind === 'member' || given.trim() === '0') return;
  throw new ApiError({
    status: 400,
    message: `${DEPTH_HEADER} is ${JSON.stringify(given.slice(0, 20))}: a blend is not asked inside of a fusion. Name a single model.`,
    param: 'model',
    code: 'fusion_recursion',
  });
}

/**
 * A blend of the panel that a request names, with the ranker and limits of the blend that it asks, or of the first one.
 *
 * @throws ApiError 404 for a model that is not served, 400 for a blend in a panel, 403 for what the key may not ask.
 */
export function serveFusion(
  { analysis_models: panel, model: writer, max_completion_tokens: maxOutputTokens, param }: FusionRequest,
  {
    models,
    asked,
    limits = {},
  }: { models: ServedModels; asked: ServedModel | undefined; limits?: KeyLimits | undefined },
): ServedModel {
  const base = asked?.kind === 'blend' ? asked : models.list[0];
  if (base === undefined) throw new Error('there is always a blend');
  const single = (name: string, field: string): NonNullable<ServedModel['choice']> => {
    const found = models.find(name, field);
    if (found.choice === undefined) {
      const message = `${field}: ${name} is a blend, and blends are not asked inside of a fusion. Name a single model.`;
      throw new ApiError({ status: 400, message, param: field, code: 'fusion_recursion' });
    }
    if (!allowsModel(limits, found.id) && !base.members.some(({ id }) => id === found.id)) {
      const message = `${field}: the key may not ask ${found.id}.`;
      throw new ApiError({ status: 403, message, param: field, code: 'model_not_allowed' });
    }
    return found.choice;
  };
  const members = (panel ?? []).map((name, index) => single(name, `${param}.analysis_models[${index}]`));
  const named = typeof writer === 'string' ? single(writer, `${param}.model`) : undefined;
  const fuser = named ?? (asked?.kind === 'member' ? single(asked.id, 'model') : undefined);
  return models.blend(base.id, {
    blend: base.id,
    ...(members.length === 0 ? {} : { models: members }),
    ...(fuser === undefined ? {} : { fuser }),
    ...(typeof maxOutputTokens === 'number' ? { maxOutputTokens } : {}),
  });
}

/** The models of a panel that gave no answer, as OpenRouter reports them. */
export function failedModels(failures: unknown): readonly JSONObject[] {
  return z
    .array(z.looseObject({ model: z.string(), message: z.string(), kind: z.string(), phase: z.string() }))
    .catch([])
    .parse(failures)
    .filter(({ phase }) => phase === 'generate')
    .map(({ model, message, kind }) => ({ model, error: message, kind }));
}

/** @throws ApiError 502 where fewer of a panel have answered than the request wants, before an answer is written. */
export function checkQuorum(part: unknown, quorum: number): void {
  const { success, data } = z
    .object({ type: z.literal('rank-start'), candidates: z.array(z.string()) })
    .safeParse(part);
  if (!success || data.candidates.length >= quorum) return;
  throw new ApiError({
    status: 502,
    message: `${data.candidates.length} of the panel have answered, and min_successful_responses is ${quorum}.`,
    code: 'quorum_not_met',
    headers: { 'x-should-retry': 'false' },
  });
}
