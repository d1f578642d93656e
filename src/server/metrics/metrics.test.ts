import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { eventually } from '../../../test/eventually.ts';
import { HANG } from '../../test/index.ts';
import { chat, chunksOf, post, saying, startFake } from '../__fixtures__/fake-server.ts';

/** The samples of a server, by name with labels. */
async function samplesOf({ url }: { url: string }): Promise<ReadonlyMap<string, number>> {
  const response = await fetch(`${url}/metrics`);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}

test('requests, blends, calls and comparisons are counted', async () => {
  const config = { prices: { 'fake/a': { inputPerMillion: 1e6, outputPerMillion: 2e6 } } };
  const server = await startFake({}, { config });
  await (await chat(server)).json();
  await chunksOf(await chat(server, { stream: true, messages: [{ role: 'user', content: 'Else?' }] }));
  await post(server, '/v1/chat/completions', { model: 'none', messages: [{ role: 'user', content: 'Why?' }] });
  await eventually(async () => {
    const samples = await samplesOf(server);
    const wanted = {
      'llm_blender_requests_total{route="/v1/chat/completions",status="200"}': 2,
      'llm_blender_requests_total{route="/v1/chat/completions",status="404"}': 1,
      'llm_blender_request_duration_seconds_count{route="/v1/chat/completions"}': 3,
      'llm_blender_first_event_seconds_count{route="/v1/chat/completions"}': 1,
      llm_blender_requests_in_flight: 0,
      'llm_blender_blends_total{decision="fused"}': 2,
      llm_blender_comparisons_total: 4,
      'llm_blender_model_calls_total{model="fake/a",outcome="done"}': 2,
      'llm_blender_model_tokens_total{model="fake/a",direction="input"}': 14,
      'llm_blender_model_tokens_total{model="fake/writer",direction="output"}': 10,
      'llm_blender_model_cost_dollars_total{model="fake/a"}': 18,
    };
    expect(Object.fromEntries(Object.keys(wanted).map((name) => [name, samples.get(name)]))).toEqual(wanted);
  });
});

test('failures, what was left, saved calls and refusals are counted', async () => {
  const a = saying('a', new Error('broken'));
  const b = saying('b', HANG);
  const server = await startFake({ models: [a, b], fusion: false }, { limits: { concurrency: 2 } });
  const client = new AbortController();
  // Both ask the same, and share the call.
  const answers = [1, 2].map(() => chat(server, { seed: 1 }, { signal: client.signal }).catch(() => {}));
  await eventually(() => expect([b.running, server.running]).toEqual([1, 2]));
  expect((await chat(server)).status).toBe(429);
  expect((await samplesOf(server)).get('llm_blender_requests_in_flight')).toBe(2);
  client.abort();
  await Promise.all(answers);
  await eventually(async () => {
    const samples = await samplesOf(server);
    expect(samples.get('llm_blender_model_calls_total{model="fake/a",outcome="error"}')).toBe(a.calls.length);
    expect(samples.get('llm_blender_model_calls_total{model="fake/b",outcome="left"}')).toBe(1);
    expect(samples.get('llm_blender_refused_requests_total{limit="overload"}')).toBe(1);
  });
});

test('answers without a call are counted', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'metrics-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const config = { cache: { path: join(folder, 'calls.sqlite') } };
  const server = await startFake({ models: [saying('a', 'x')], fusion: false }, { config });
  for (const _ of [1, 2, 3]) await (await chat(server, { seed: 1 })).json();
  const samples = await samplesOf(server);
  expect(samples.get('llm_blender_model_calls_total{model="fake/a",outcome="done"}')).toBe(1);
  expect(samples.get('llm_blender_model_saved_calls_total{model="fake/a"}')).toBe(2);
});

test('no label has a value that a client chooses', async () => {
  const server = await startFake();
  const names = Array.from({ length: 20 }, (_, index) => `chosen-${index}`);
  for (const name of names) {
    await fetch(`${server.url}/${name}`, { method: 'POST' });
    await fetch(`${server.url}/v1/models/${name}`);
    await post(server, '/v1/compare', { model: name, prompt: name, a: 'a', b: 'b' });
    await chat(server, { model: name, user: name, tools: [], reasoning_effort: 'low' });
  }
  const samples = await samplesOf(server);
  expect([...samples.keys()].filter((name) => name.includes('chosen'))).toEqual([]);
  expect([...samples.keys()].filter((name) => name.startsWith('llm_blender_requests_total'))).toEqual([
    'llm_blender_requests_total{route="/*",status="404"}',
    'llm_blender_requests_total{route="/v1/models/:id{.+}",status="404"}',
    'llm_blender_requests_total{route="/v1/compare",status="404"}',
    'llm_blender_requests_total{route="/v1/chat/completions",status="404"}',
  ]);
});

test('the process tells of its memory and its event loop', async () => {
  const samples = await samplesOf(await startFake());
  for (const name of [
    'process_resident_memory_bytes',
    'process_cpu_seconds_total',
    'process_start_time_seconds',
    'nodejs_heap_size_used_bytes',
    'nodejs_eventloop_lag_p99_seconds',
    'nodejs_eventloop_lag_mean_seconds',
  ]) {
    expect([name, samples.get(name)]).toEqual([name, expect.any(Number)]);
  }
  expect(samples.get('process_resident_memory_bytes')).toBeGreaterThan(1e7);
});
