import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { post, startFake } from '../../src/server/__fixtures__/fake-server.ts';
import { scriptedModel } from '../../src/model/__fixtures__/scripted-model.ts';

// Requests of real programs; each is answered, and what they ask for themselves is answered by one model.

const recording = z.object({
  program: z.string(),
  version: z.string(),
  reconstructedFrom: z.string().optional(),
  requests: z.array(
    z.object({
      path: z.string(),
      task: z.string().optional(),
      body: z.looseObject({ stream: z.boolean().optional() }),
    }),
  ),
});

const folder = join(import.meta.dirname, '__fixtures__/programs');
const requests = readdirSync(folder).flatMap((file) => {
  const { program, version, requests: all } = recording.parse(JSON.parse(readFileSync(join(folder, file), 'utf8')));
  return all.map((request, index) => ({ name: `${program} ${version}, request ${index + 1}`, ...request }));
});

test.each(requests)('$name', async ({ path, task, body }) => {
  const members = ['a', 'b'].map((name) => scriptedModel(name, () => `the draft of ${name}`));
  const writer = scriptedModel('writer', () => 'the answer that is the longest of all');
  const server = await startFake({ models: members, fuser: writer });
  const response = await post(server, path, body);
  const text = await response.text();
  expect([response.status, text.slice(0, 200)]).toEqual([200, expect.any(String)]);
  if (path === '/v1/responses') expect(text).toContain('event: response.completed\n');
  else if (body.stream === true) expect(text.trimEnd()).toMatch(/"finish_reason":"stop"[^]*data: \[DONE\]$/);
  else expect(JSON.parse(text)).toMatchObject({ choices: [{ message: { content: expect.stringMatching(/\w/) } }] });
  const asked = [...members, writer].map(({ doStreamCalls }) => doStreamCalls.length);
  expect(asked).toEqual(task === undefined ? [1, 1, 1] : [1, 0, 0]);
});
