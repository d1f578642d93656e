import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { answer, linesOf } from './batch-job.ts';
import { BatchServer, halfExpires } from './batch-server.ts';

const CHILD = join(import.meta.dirname, 'batch-child.ts');

/** When the process is killed, one run after the other: at a request, or at one that has made a batch, before the reply. */
const KILLS = [
  { moment: 'after', count: 1 },
  { moment: 'before', count: 4 },
  { moment: 'after', count: 1 },
  { moment: 'before', count: 9 },
  { moment: 'after', count: 2 },
  { moment: 'before', count: 2 },
] as const;

test(
  'killed at any request, also between the making of a batch and its note: nothing is submitted twice',
  { timeout: 120_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'provider-batch-kill-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    // The list is late as well, and half of each batch expires.
    await using server = await BatchServer.start({ batchMs: 30, listedAfterMs: 40, fate: halfExpires });
    const direct = await answer(server, { job: join(folder, 'direct'), fuse: true, questions: 8, isBatched: false });
    const job = join(folder, 'killed');
    const { PATH = '', HOME = '' } = process.env;
    let killed = 0;
    const run = async (kill?: (typeof KILLS)[number]) => {
      const child = spawn(process.execPath, [CHILD, server.url, job], {
        env: { ...server.env, PATH, HOME },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let stderr = '';
      child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
      const exit = once(child, 'exit');
      let left = kill?.count ?? Infinity;
      server.options = {
        ...server.options,
        onRequest: async (_, moment) => {
          if (moment !== kill?.moment) return;
          left -= 1;
          if (left !== 0) return;
          killed += 1;
          child.kill('SIGKILL');
          await exit;
        },
      };
      const [code] = (await exit) as [number | null];
      if (kill === undefined) expect(stderr).toBe('');
      return code;
    };
    for (const kill of KILLS) await run(kill);
    expect(killed).toBe(KILLS.length);
    expect(await run()).toBe(0);
    expect(await linesOf(job)).toEqual(direct.lines);
    expect([...server.answered.values()].filter((count) => count !== 1)).toEqual([]);
    expect(server.answered.size).toBe(direct.status.usage.calls);
    expect(await readFile(join(job, 'batches', 'log.jsonl'), 'utf8')).not.toContain('key-of-');
  },
);
