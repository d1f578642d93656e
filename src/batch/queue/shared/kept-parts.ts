import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseJson } from '../../../util/parse-json.ts';
import type { WorkerSpending } from './budget-state.ts';

/** What a worker has spent, in a file. */
interface KeptPart {
  /** The id of the budget. */
  readonly budget: string;
  readonly spending: WorkerSpending;
}

const SUFFIX = '.json';

/**
 * What each worker has spent, as files in a folder that all machines see: calls that are under way when their worker dies
 * are known there, also where the queue is emptied at the same moment.
 */
export class KeptParts {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Keeps what a worker has spent, instead of what was kept before. */
  async keep(worker: string, part: KeptPart): Promise<void> {
    const path = join(this.#folder, `${worker}${SUFFIX}`);
    const write = () => writeFile(`${path}.tmp`, JSON.stringify(part));
    await write().catch(async () => {
      await mkdir(this.#folder, { recursive: true });
      await write();
    });
    await rename(`${path}.tmp`, path);
  }

  /** What is kept for a budget, by worker. */
  async read(budget: string): Promise<Record<string, WorkerSpending>> {
    const names = (await readdir(this.#folder).catch(() => [])).filter((name) => name.endsWith(SUFFIX));
    const found: Record<string, WorkerSpending> = {};
    for (const name of names) {
      const part = parseJson(await readFile(join(this.#folder, name), 'utf8').catch(() => '')) as KeptPart | undefined;
      if (part?.budget === budget) found[name.slice(0, -SUFFIX.length)] = part.spending;
    }
    return found;
  }

  async clear(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}
