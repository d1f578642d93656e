import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Used, WorkerModels, WorkerTask } from './worker.ts';

/** A worker in a process of its own. */
export class WorkerProcess implements Disposable {
  readonly #child: ChildProcess;

  constructor(models: WorkerModels) {
    this.#child = fork(join(import.meta.dirname, 'worker.ts'), [JSON.stringify(models)], { execArgv: ['--expose-gc'] });
  }

  async do(task: WorkerTask): Promise<unknown> {
    this.#child.send(task);
    const [{ result }] = (await once(this.#child, 'message')) as [{ result: unknown }];
    return result;
  }

  async used(): Promise<Used> {
    return (await this.do({ type: 'usage' })) as Used;
  }

  [Symbol.dispose](): void {
    this.#child.kill();
  }
}
