import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Command lines that contain `text`, of the processes started by this one, directly or not, or of all there are. */
export async function runningCommands(text: string, of: 'descendants' | 'all' = 'descendants'): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,stat=,args='], { maxBuffer: 1 << 24 });
  const processes = stdout.split('\n').flatMap((line) => {
    const [, pid, ppid, stat, command] = line.match(/^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/) ?? [];
    return pid === undefined
      ? []
      : [{ pid: Number(pid), ppid: Number(ppid), stat: stat ?? '', command: command ?? '' }];
  });
  const descendants = new Set([process.pid]);
  // Parents need not come before their children in the list.
  for (let before = 0; before !== descendants.size;) {
    before = descendants.size;
    for (const { pid, ppid } of processes) if (descendants.has(ppid)) descendants.add(pid);
  }
  return processes
    .filter(({ pid, stat }) => (of === 'all' || descendants.has(pid)) && !stat.startsWith('Z'))
    .filter(({ command }) => command.includes(text))
    .map(({ command }) => command);
}
