import { generateText, isStepCount, tool, ToolLoopAgent } from 'ai';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { FakePairRanker } from '../../src/test/index.ts';
import { type ReceivedRequest, ReplayServer } from './replay-server.ts';
import { fixture, inPieces, type Reply } from './reply.ts';
import { wireBlender } from './wire-blender.ts';

/** What a server of chat completions is sent. */
interface ChatRequest {
  readonly model: string;
  readonly messages: readonly {
    readonly role: string;
    readonly content?: unknown;
    readonly tool_call_id?: string;
    readonly tool_calls?: readonly unknown[];
  }[];
  readonly tools?: readonly { readonly function: { readonly name: string } }[];
  readonly tool_choice?: unknown;
}

const bodyOf = ({ body }: ReceivedRequest) => body as ChatRequest;

/** A reply of chat completions that says a text. */
function saying(text: string): Reply {
  const { chunks, ...reply } = fixture('openai-chat/plain');
  const body = Buffer.concat(chunks).toString();
  const said = body
    .replace('The best thing about Kaggle is its ', text)
    .replace('community – people', '')
    .replace(' share what they learn. 🏆', '');
  return { ...reply, chunks: [Buffer.from(said)] };
}

test('an agent on a blend of models that are served over chat completions', async () => {
  await using server = await ReplayServer.start((request) => {
    const { model, messages, tools } = bodyOf(request);
    if (model === 'broken') return { ...fixture('openai/400') };
    if (tools === undefined) return inPieces(saying(`A draft of ${model}.`), 53);
    const hasLooked = messages.some(({ role }) => role === 'tool');
    return inPieces(hasLooked ? saying('Rome has 24 degrees, and Oslo has 11.') : fixture('openai-chat/tool-call'), 37);
  });
  await using blender = wireBlender(server);
  const model = blender.blenderModel({
    models: ['mine/a', 'mine/bb', 'mine/broken'],
    fuser: 'mine/writer',
    ranker: new FakePairRanker({ judge: ({ left, right }) => left.length - right.length }),
    maxRetries: 0,
  });
  const degrees: Record<string, number> = { Rome: 24, Oslo: 11 };
  const agent = new ToolLoopAgent({
    model,
    instructions: 'Use the tools.',
    tools: {
      weather: tool({
        inputSchema: z.object({ city: z.string() }),
        execute: async ({ city }) => ({ city, degrees: degrees[city] }),
      }),
    },
    stopWhen: isStepCount(4),
  });
  const first = await agent.generate({ prompt: 'Where is it warmer, Rome or Oslo?' });
  expect(first.text).toBe('Rome has 24 degrees, and Oslo has 11.');
  expect(first.steps.map(({ toolCalls }) => toolCalls.map(({ input }) => input))).toEqual([
    [{ city: 'Rome' }, { city: 'Oslo' }],
    [],
  ]);
  // Two drafts of 12 tokens and the calls with 71, then three answers of 12; what was refused took none.
  expect(first.totalUsage.inputTokens).toBe(2 * 12 + 71 + 3 * 12);
  const followUp = await agent.generate({
    messages: [
      { role: 'user', content: 'Where is it warmer, Rome or Oslo?' },
      ...first.responseMessages,
      { role: 'user', content: 'So Rome?' },
    ],
  });
  expect(followUp.steps).toHaveLength(1);

  const requests = server.requests.map(bodyOf);
  const [writer, others] = [
    requests.filter(({ model: name }) => name === 'writer'),
    requests.filter(({ model: name }) => name !== 'writer'),
  ];
  expect(others).toHaveLength(9);
  expect(others.every(({ tools, tool_choice }) => tools === undefined && tool_choice === undefined)).toBe(true);
  expect(
    others
      .flatMap(({ messages }) => messages)
      .some(({ role, tool_calls }) => role === 'tool' || tool_calls !== undefined),
  ).toBe(false);
  expect(others.slice(3, 6).every(({ messages }) => String(messages.at(-1)?.content).includes('"degrees":24'))).toBe(
    true,
  );

  expect(writer.map(({ tools }) => tools?.map((one) => one.function.name))).toEqual([
    ['weather'],
    ['weather'],
    ['weather'],
  ]);
  expect(writer[1]?.messages.map(({ role, tool_call_id: id }) => (id === undefined ? role : `${role} ${id}`))).toEqual([
    'system',
    'user',
    'assistant',
    'tool call_Qk7dVw2LxN9rT4bY6uJ1eH8s',
    'tool call_Zp3mXc8KvB5nR0tG7yL2wF4d',
  ]);
  expect(JSON.stringify(writer[1]?.messages[1])).toContain('A draft of bb.');
  expect(JSON.stringify(writer.map(({ messages }) => messages))).not.toContain('Asking mine/a');
});

test('a fuser of Anthropic gets its signed thoughts back, and no message between a call and its result', async () => {
  await using server = await ReplayServer.start(({ body }) => {
    const { tools, messages } = body as ChatRequest;
    const hasLooked = JSON.stringify(messages).includes('"tool_result"');
    return fixture(tools === undefined || hasLooked ? 'anthropic/plain' : 'anthropic/tool-call');
  });
  await using blender = wireBlender(server);
  const { steps } = await generateText({
    model: blender.blenderModel({
      models: ['anthropic/claude-haiku-4-5'],
      ranker: new FakePairRanker({ judge: () => 0 }),
    }),
    prompt: 'How warm is Rome?',
    maxOutputTokens: 3000,
    providerOptions: { anthropic: { thinking: { type: 'enabled', budgetTokens: 1024 }, disableParallelToolUse: true } },
    tools: { weather: tool({ inputSchema: z.object({ city: z.string() }), execute: async () => ({ degrees: 24 }) }) },
    stopWhen: isStepCount(3),
  });
  expect(steps.map(({ reasoningText, text }) => [reasoningText?.includes('I need the weather'), text !== ''])).toEqual([
    [true, true],
    [false, true],
  ]);
  const asked = server.requests.map(({ body }) => body as ChatRequest & { readonly thinking?: unknown });
  const fuser = asked.filter(({ tools }) => tools !== undefined);
  expect(asked.filter(({ thinking }) => thinking !== undefined)).toHaveLength(4);
  expect(fuser[0]?.tool_choice).toEqual({ type: 'auto', disable_parallel_tool_use: true });
  expect(
    fuser[1]?.messages.map(({ role, content }) => [role, (content as { type: string }[]).map(({ type }) => type)]),
  ).toEqual([
    ['user', ['text', 'text']],
    ['assistant', ['thinking', 'text', 'tool_use']],
    ['user', ['tool_result']],
  ]);
  expect(fuser[1]?.messages[1]?.content).toMatchObject([{ signature: 'EqQBCgIYAhIM1gbcDa9GJwZA2b3h' }, {}, {}]);
});
