import { type ListedWeights, listWeights, locateWeights } from '../../weights/index.ts';
import type { Environment } from '../io/terminal.ts';
import { oneLine } from '../render/clean-text.ts';
import { fitStart } from '../render/fit-width.ts';
import { formatBytes } from '../render/format.ts';
import { tableLines } from '../render/table.ts';

/** A model as `models list` shows it. `own file` = it lies in the user's own folder, `LLM_BLENDER_MODELS`. */
export interface ListedModel extends Omit<ListedWeights, 'state'> {
  readonly state: ListedWeights['state'] | 'own file';
}

/** Every model that has a name, and everything else in the cache. */
export async function listModels(env: Environment): Promise<readonly ListedModel[]> {
  const listed = await listWeights({ env });
  return Promise.all(
    listed.map(async (model) => {
      if (model.state === 'cached') return model;
      const path = await locateWeights({ reference: model.reference, env });
      return path === undefined || path === model.path ? model : { ...model, state: 'own file' as const, path };
    }),
  );
}

/** Below this many columns a path says nothing any more. */
const LEAST_PATH = 16;

/** The models as a table. With `columns`, paths are shortened from the front to fit. */
export function modelsTable(models: readonly ListedModel[], columns: number | undefined): readonly string[] {
  const left = tableLines(
    [
      ['name', 'state', 'size', 'licence'],
      ...models.map(({ name, state, bytes, licence }) => [oneLine(name), state, formatBytes(bytes), oneLine(licence ?? '-')]),
    ],
    { rightAligned: [2] },
  );
  const room = columns === undefined ? Infinity : columns - Math.max(...left.map((line) => line.length)) - 2;
  if (room < LEAST_PATH) return left.map((line) => line.trimEnd());
  const paths = ['path', ...models.map(({ state, path }) => (state === 'absent' ? '-' : oneLine(path)))];
  return left.map((line, index) => {
    const path = paths[index] ?? '';
    return `${line}  ${room === Infinity ? path : fitStart(path, room)}`;
  });
}
