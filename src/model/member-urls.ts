import { AsyncLocalStorage } from 'node:async_hooks';
import type { BlendOptions } from '../blend/index.ts';
import { isFuser } from '../fuse/index.ts';
import type { Resources } from '../registry/index.ts';
import { isModelEntry, type ModelChoice, type ModelReference } from '../spec/model-choice.ts';
import { intersectUrls, type UrlPatterns } from './supported-urls.ts';

type Members = Pick<BlendOptions, 'fuser'> & { readonly models: readonly ModelChoice[] };

/** Models in this process, which are not loaded for this question: they fetch nothing. */
const IN_PROCESS = /^local\//;

/** The blends whose members are being asked: one that is a member of itself would wait for its own answer. */
const asked = new AsyncLocalStorage<readonly Members[]>();

/** The addresses that all models of a blend fetch themselves. A model that cannot be loaded counts for nothing. */
export async function memberUrls(blend: Members, resources: Resources): Promise<Record<string, RegExp[]>> {
  const { models, fuser } = blend;
  const outer = asked.getStore() ?? [];
  const writer = fuser === undefined || isFuser(fuser) ? [] : [fuser];
  const references = [...models, ...writer].map((choice) => (isModelEntry(choice) ? choice.model : choice));
  const isInProcess = (reference: ModelReference) => typeof reference === 'string' && IN_PROCESS.test(reference);
  if (outer.includes(blend) || references.some(isInProcess)) return {};
  const patterns = await asked.run([...outer, blend], () =>
    Promise.all([...new Set(references)].map((reference) => urlsOf(reference, resources))),
  );
  return intersectUrls(patterns.filter((one) => one !== undefined));
}

async function urlsOf(reference: ModelReference, resources: Resources): Promise<UrlPatterns | undefined> {
  try {
    const model = typeof reference === 'string' ? await resources.resolveModel(reference) : reference;
    return await model.supportedUrls;
  } catch {
    // The call itself will say why.
    return undefined;
  }
}
