import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** A process of `serve`. */
export interface Served extends AsyncDisposable {
  readonly url: string;
  /** What it has written. */
  readonly notes: string;
}

/** Starts `serve` on a free port, with a blend `mine` of two models of the upstream and a fuser. */
export async function serve(upstream: { readonly url: string }, flags: readonly string[] = []): Promise<Served> {
  const folder = await mkdtemp(join(tmpdir(), 'llm-blender-serve-'));
  const config = {
    providers: { fake: { baseURL: upstream.url } },
    blends: { mine: { models: ['fake/a', 'fake/b'], fuser: 'fake/writer', ranker: 'small', maxRetries: 0 } },
  };
  const path = join(folder, 'blender.config.json');
  await writeFile(path, JSON.stringify(config));
  const args = [join(root, 'src/cli/main.ts'), 'serve', '--port', '0', '--config', path, ...flags];
  const server = spawn(process.execPath, args, { cwd: folder, env: { ...process.env, LLM_BLENDER_DATA: folder } });
  let notes = '';
  for (const stream of [server.stdout, server.stderr])
    stream.on('data', (chunk: Buffer) => (notes += chunk.toString()));
  const exited = new Promise((resolve) => server.on('exit', resolve));
  const url = await vi.waitUntil(() => /^Listening at (\S+)$/m.exec(notes)?.[1], { timeout: 60_000 });
  return {
    url,
    get notes() {
      return notes;
    },
    [Symbol.asyncDispose]: async () => {
      server.kill('SIGKILL');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
