import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { InvalidArgumentError } from '../error/index.ts';
import { errorMessage } from '../util/error-message.ts';
import { isObject, type UnknownObject } from '../util/is-object.ts';
import type { DataSet } from './data/data-set.ts';
import { checkMetric, type EvaluationMetric } from './results/metric.ts';

/** Whether a name is that of a file with code. */
export function isModulePath(name: string): boolean {
  return /\.(?:ts|mts|js|mjs)$/.test(name);
}

/** Runs a file whose default export is a metric. @throws InvalidArgumentError */
export async function loadMetric(file: string): Promise<EvaluationMetric> {
  return checkMetric(await loadDefault('metric', file), file);
}

/** Runs a file whose default export says how the rows of a data set are read. @throws InvalidArgumentError */
export async function loadDataSet(file: string): Promise<DataSet> {
  const dataSet = await loadDefault('data set', file);
  if (typeof dataSet['name'] === 'string' && typeof dataSet['toRow'] === 'function')
    return dataSet as unknown as DataSet;
  throw refuse('data set', file, 'its default export must have a name and a function toRow.');
}

async function loadDefault(parameter: string, file: string): Promise<UnknownObject> {
  let module: { readonly default?: unknown };
  try {
    module = (await import(pathToFileURL(resolve(file)).href)) as { readonly default?: unknown };
  } catch (cause) {
    throw new InvalidArgumentError({
      parameter,
      value: file,
      message: `it does not run: ${errorMessage(cause)}`,
      cause,
    });
  }
  if (isObject(module.default)) return module.default;
  throw refuse(parameter, file, 'it has no default export; end it with `export default { … };`.');
}

function refuse(parameter: string, value: string, message: string): InvalidArgumentError {
  return new InvalidArgumentError({ parameter, value, message });
}
