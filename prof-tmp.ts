import { Session } from 'node:inspector/promises';
import { writeFileSync } from 'node:fs';
import { fork } from 'node:child_process';
import { Agent, request } from 'undici';
// child mode: load; parent mode: server + profile
if (process.argv[2] === 'load') {
  const [, , , url, count, inFlight, stream] = process.argv;
  const dispatcher = new Agent({ connections: Number(inFlight) });
  let begun = 0;
  await Promise.all(
    Array.from({ length: Number(inFlight) }, async () => {
      while (begun < Number(count)) {
        begun += 1;
        const body = JSON.stringify({
          model: 'mine',
          messages: [{ role: 'user', content: `Why? ${begun} ${Math.random()}` }],
          stream: stream === 'true',
        });
        const r = await request(`${url}/v1/chat/completions`, { method: 'POST', body, dispatcher });
        await r.body.text();
      }
    }),
  );
  process.exit(0);
}
process.argv[2] = JSON.stringify({ deltas: 20 });
let got: (v: string) => void = () => {};
process.send = ((m: { result: string }) => got(m.result)) as never;
await import('./benchmarks/server/worker.ts');
const url = await new Promise<string>((r) => {
  got = r;
  process.emit('message', { type: 'serve' } as never, undefined as never);
});
const stream = process.argv[3] ?? 'false';
const load = (n: number) =>
  new Promise<void>((r) => fork('prof-tmp.ts', ['load', url, String(n), '50', stream]).once('exit', () => r()));
await load(300);
const s = new Session();
s.connect();
await s.post('Profiler.enable');
await s.post('Profiler.setSamplingInterval', { interval: 200 });
await s.post('Profiler.start');
const c = process.cpuUsage();
await load(800);
const u = process.cpuUsage(c);
const { profile } = await s.post('Profiler.stop');
writeFileSync('/tmp/ops.cpuprofile', JSON.stringify(profile));
console.log('cpu ms/blend', (u.user + u.system) / 1000 / 800);
process.exit(0);
