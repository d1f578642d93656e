import stringWidth from 'string-width';
import { type ListedWeights, listWeights, locateWeights } from '../../weights/index.ts';
import type { Environment } from '../io/terminal.ts';
import { oneLine, fitEnd, fitStart, tableLines } from '../render/text.ts';
import { formatBytes } from '../render/format.ts';
import type { ListedProvider } from '../../index.ts';

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
const MIN_PATH = 16;

/** The columns before the path, the most needed first: a narrow terminal shows fewer of them. */
const COLUMNS: readonly { readonly head: string; readonly cell: (model: ListedModel) => string }[] = [
  { head: 'name', cell: ({ name }) => oneLine(name) },
  { head: 'state', cell: ({ state }) => state },
  { head: 'size', cell: ({ bytes }) => formatBytes(bytes) },
  { head: 'licence', cell: ({ licence }) => oneLine(licence ?? '-') },
];

/** The models as a table. With `columns`, what does not fit is left out, and paths are shortened from the front. */
export function modelsTable(models: readonly ListedModel[], columns = Infinity): readonly string[] {
  const tables = COLUMNS.map((_, index) => leftColumns(models, COLUMNS.length - index));
  const left = tables.find((table) => widthOf(table) <= columns) ?? leftColumns(models, 1);
  const room = columns - widthOf(left) - 2;
  if (room < MIN_PATH) return left.map((line) => fitEnd(line.trimEnd(), columns));
  const paths = ['path', ...models.map(({ state, path }) => (state === 'absent' ? '-' : oneLine(path)))];
  return left.map((line, index) => `${line}  ${fitStart(paths[index] ?? '', room)}`);
}

function leftColumns(models: readonly ListedModel[], count: number): readonly string[] {
  const columns = COLUMNS.slice(0, count);
  const rows = models.map((model) => columns.map(({ cell }) => cell(model)));
  return tableLines([columns.map(({ head }) => head), ...rows], { rightAligned: [2] });
}

function widthOf(lines: readonly string[]): number {
  return Math.max(...lines.map((line) => stringWidth(line)));
}


/** Maximum names in a row; `models list PROVIDER` lists all. */
const NAMES_SHOWN = 3;

/** The providers as a table: where the key comes from, and what is served, or what to do about it. */
export function providerTable(providers: readonly ListedProvider[], columns = Infinity): readonly string[] {
  const rows = providers.map((provider) => [provider.name, keyCell(provider), servesCell(provider)].map(oneLine));
  return tableLines([['provider', 'key', 'serves'], ...rows]).map((line) => fitEnd(line.trimEnd(), columns));
}

function keyCell({ keyVariable, keyVariables, needsKey }: ListedProvider): string {
  if (keyVariable !== undefined) return keyVariable;
  return needsKey ? `set ${keyVariables[0] ?? ''}` : 'none needed';
}

function servesCell({ name, isInstalled, package: dependency, models, problem }: ListedProvider): string {
  if (!isInstalled) return `npm install ${dependency}`;
  if (problem !== undefined) return problem;
  if (models === undefined) return '-';
  const shown = models.slice(0, NAMES_SHOWN).map((model) => model.slice(name.length + 1));
  const more = models.length > shown.length ? ['…'] : [];
  return models.length === 0 ? 'no models' : `${models.length}: ${[...shown, ...more].join(', ')}`;
}
