import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ModelProgress } from '../../spec/model-progress.ts';
import type { CatalogEntry } from '../catalog/catalog.ts';
import type { Environment } from '../../util/environment.ts';
import type { ResolvedWeights } from '../resolve-weights.ts';

/** A process of its own that resolves weights. */
export interface ResolvingProcess {
  readonly child: ChildProcess;
  readonly seen: ModelProgress[];
  /** Standard error so far. */
  readonly errors: string[];
  /** Undefined where it ended without. */
  readonly result: Promise<ResolvedWeights | undefined>;
}

/** Starts one. */
export function spawnResolve(options: {
  reference?: string;
  cacheDirectory: string;
  catalog: readonly CatalogEntry[];
  env: Environment;
}): ResolvingProcess {
  const { env, ...rest } = options;
  const script = fileURLToPath(new URL('./resolve-tiny.ts', import.meta.url));
  const child = spawn(process.execPath, [script, JSON.stringify(rest)], {
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const seen: ModelProgress[] = [];
  const errors: string[] = [];
  let result: ResolvedWeights | undefined;
  createInterface({ input: child.stderr }).on('line', (line) => errors.push(line));
  createInterface({ input: child.stdout }).on('line', (line) => {
    const said = JSON.parse(line) as ModelProgress | { result: ResolvedWeights };
    if ('result' in said) result = said.result;
    else seen.push(said);
  });
  return { child, seen, errors, result: once(child, 'close').then(() => result) };
}
