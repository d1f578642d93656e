import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { McpServer } from '@modelcontextprotocol/server';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { addTool, finite, type ToolCall } from './tool.ts';

/** A client of a server with one tool that does this. */
async function connect(run: (call: ToolCall) => Promise<string>): Promise<Client> {
  const server = new McpServer({ name: 'tools', version: '1.0.0' });
  const tool = { name: 'work', title: 'Work', description: 'Works.', input: z.object({}), output: z.object({}) };
  addTool(server, { ...tool, run: async (_, call) => ({ text: await run(call), data: {} }) }, { progressMs: 20 });
  const [one, other] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: 'a-test', version: '1.0.0' });
  await Promise.all([server.connect(one), client.connect(other)]);
  onTestFinished(() => client.close());
  return client;
}

test('a tool that works in silence says again what it said last', async () => {
  const told: (string | undefined)[] = [];
  const done = Promise.withResolvers<string>();
  const client = await connect(({ tell }) => {
    tell('Comparing');
    return done.promise;
  });
  const called = client.callTool(
    { name: 'work', arguments: {} },
    {
      onprogress: ({ message }) => {
        told.push(message);
        if (told.length === 4) done.resolve('done');
      },
    },
  );
  expect(await called).toMatchObject({ content: [{ text: 'done' }] });
  expect(told).toEqual(['Comparing', 'Comparing', 'Comparing', 'Comparing']);
});

test('what fails is a result without keys', async () => {
  const client = await connect(async () => {
    throw new Error('refused: sk-abcdefghijklmnopqrstuvwx');
  });
  expect(await client.callTool({ name: 'work', arguments: {} })).toMatchObject({
    isError: true,
    content: [{ text: 'refused: [redacted]' }],
  });
});

test('a number that JSON has no word for is null', () => {
  expect([Number.NaN, Infinity, undefined, 0.5].map(finite)).toEqual([null, null, null, 0.5]);
});
