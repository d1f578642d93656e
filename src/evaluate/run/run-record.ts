import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidArgumentError } from '../../error/index.ts';
import { parseJson } from '../../util/parse-json.ts';
import type { System } from './system.ts';

/** What is evaluated. */
export type EvaluationKind = 'models' | 'ranker' | 'blend';

/** A system of a run as it is kept. */
export type SystemRecord = Pick<System, 'kind' | 'name'>;

/** What a run is, for reports that are made later. */
export interface RunRecord {
  readonly format: 1;
  readonly kind: EvaluationKind;
  /** Of the package that made the run. */
  readonly version: string;
  /** Where the candidates of blends come from. Absent = they generate them. */
  readonly candidates?: 'data' | undefined;
  readonly systems: readonly SystemRecord[];
}

const FILE = 'run.json';

/** The run in a folder; undefined where there is none. @throws InvalidArgumentError where it cannot be read. */
export async function readRunRecord(folder: string): Promise<RunRecord | undefined> {
  const content = await readFile(join(folder, FILE), 'utf8').catch(() => undefined);
  if (content === undefined) return undefined;
  const record = parseJson(content) as RunRecord | undefined;
  if (record?.format === 1) return record;
  throw new InvalidArgumentError({
    parameter: 'folder',
    value: folder,
    message: `its ${FILE} is damaged, or of another version of this package.`,
  });
}

/**
 * The run in a folder, if it is of the same kind as another one.
 *
 * @throws InvalidArgumentError where another kind of run is in the folder.
 */
export async function readSameRun(
  folder: string,
  { kind, candidates }: Pick<RunRecord, 'kind' | 'candidates'>,
): Promise<RunRecord | undefined> {
  const earlier = await readRunRecord(folder);
  if (earlier === undefined || (earlier.kind === kind && earlier.candidates === candidates)) return earlier;
  const which =
    earlier.kind !== kind
      ? ''
      : ` with candidates ${earlier.candidates === 'data' ? 'of the data' : 'that were generated'}`;
  throw new InvalidArgumentError({
    parameter: 'output',
    value: folder,
    message: `it has a run of evaluate ${earlier.kind}${which}. Name another folder.`,
  });
}

/**
 * Writes what a run is. Systems of earlier runs in the folder stay.
 *
 * @throws InvalidArgumentError where another kind of run is in the folder.
 */
export async function writeRunRecord(folder: string, record: Omit<RunRecord, 'format'>): Promise<RunRecord> {
  const earlier = await readSameRun(folder, record);
  const known = new Set(record.systems.map(keyOf));
  const systems = [...(earlier?.systems ?? []).filter((system) => !known.has(keyOf(system))), ...record.systems];
  const whole: RunRecord = { format: 1, ...record, systems };
  await writeFile(join(folder, `.${FILE}`), `${JSON.stringify(whole, null, 2)}\n`);
  await rename(join(folder, `.${FILE}`), join(folder, FILE));
  return whole;
}

function keyOf({ kind, name }: Pick<System, 'kind' | 'name'>): string {
  return `${kind} ${name}`;
}
