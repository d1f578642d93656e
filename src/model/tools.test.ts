import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { generateText, isStepCount, streamText, tool, ToolLoopAgent } from 'ai';
import { convertReadableStreamToArray } from 'ai/test';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { FakeFuser, FakePairRanker } from '../test/index.ts';
import { grammarProblems } from './__fixtures__/part-grammar.ts';
import { type ScriptedReply, scriptedModel } from './__fixtures__/scripted-model.ts';
import { BlendModel } from './blend-model.ts';

const ranker = new FakePairRanker({ judge: ({ left, right }) => left.length - right.length });
const weather = tool({
  description: 'The weather of a city.',
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => ({ city, degrees: city === 'Rome' ? 24 : 11 }),
});
const call = { prompt: [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'How warm is Rome?' }] }] };
const functionTool = { type: 'function' as const, name: 'weather', inputSchema: { type: 'object' as const } };

/** Members without tools, and a fuser with a reply for each turn. */
function blendOf(...replies: readonly ScriptedReply[]) {
  const members = ['a', 'b'].map((name) => scriptedModel(name, () => `Draft ${name.repeat(name === 'b' ? 2 : 1)}.`));
  const fuser = scriptedModel('fuser', (_, index) => replies[index] ?? 'The last reply, longer than any draft.');
  return { members, fuser, model: new BlendModel({ models: members, ranker, fuser }) };
}

function textOf({ prompt }: LanguageModelV4CallOptions): string {
  return JSON.stringify(prompt);
}

test('an agent of three turns: tools go to the fuser alone, and results are evidence for the members', async () => {
  const { members, fuser, model } = blendOf(
    { calls: [['weather', { city: 'Rome' }]], thought: 'I need the weather.' },
    { calls: [['weather', { city: 'Oslo' }]], text: 'And Oslo.' },
    'Rome has 24 degrees and Oslo has 11 degrees.',
  );
  const agent = new ToolLoopAgent({ model, tools: { weather }, stopWhen: isStepCount(5), instructions: 'Be brief.' });
  const result = await agent.generate({ prompt: 'Where is it warmer, Rome or Oslo?' });
  expect(result.text).toBe('Rome has 24 degrees and Oslo has 11 degrees.');
  expect(
    result.steps.map(({ finishReason, toolCalls }) => [finishReason, toolCalls.map(({ input }) => input)]),
  ).toEqual([
    ['tool-calls', [{ city: 'Rome' }]],
    ['tool-calls', [{ city: 'Oslo' }]],
    ['stop', []],
  ]);
  expect(result.steps[1]?.text).toBe('And Oslo.');
  // Three turns of two drafts and a fusion each; the check asks the ranker.
  expect(result.steps.map(({ usage }) => usage.inputTokens)).toEqual([15, 15, 15]);
  expect(result.steps.map(({ providerMetadata }) => providerMetadata?.['llmBlender']?.['decision'])).toEqual([
    'tool-calls',
    'tool-calls',
    'fused',
  ]);

  for (const member of members) {
    expect(member.doStreamCalls.map(({ tools, toolChoice }) => [tools, toolChoice])).toEqual(
      [0, 1, 2].map(() => [undefined, undefined]),
    );
    const [first, , third] = member.doStreamCalls.map(textOf);
    expect(first).not.toContain('Tools were called');
    expect(third).toContain(String.raw`weather({\"city\":\"Rome\"})`);
    expect(third).toContain(String.raw`{\"city\":\"Oslo\",\"degrees\":11}`);
    expect(third).not.toContain('I need the weather');
    expect(member.doStreamCalls[2]?.prompt.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user']);
  }
  expect(fuser.doStreamCalls.map(({ tools }) => tools?.map(({ name }) => name))).toEqual([
    ['weather'],
    ['weather'],
    ['weather'],
  ]);
  const last = fuser.doStreamCalls[2]?.prompt ?? [];
  expect(last.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'tool', 'assistant', 'tool']);
  // Its own thought comes back with its signature; what the blend told of its progress does not.
  expect(last[2]?.content).toMatchObject([
    { type: 'reasoning', text: 'I need the weather.', providerOptions: { fake: { signature: 'fuser-0' } } },
    { type: 'tool-call', toolName: 'weather', providerOptions: { fake: { signature: 'fuser-0' } } },
  ]);
  // Not behind the results: Mistral and many chat templates take no message of the user there.
  expect(JSON.stringify(last[1]?.content)).toContain('Draft bb.');
});

test('calls are streamed in order, with what the fuser says and thinks before them', async () => {
  const { model } = blendOf({
    calls: [
      ['weather', { city: 'Rome' }],
      ['weather', { city: 'Oslo' }],
    ],
    text: 'Two.',
    thought: 'Hm.',
  });
  const { stream } = await model.doStream({ ...call, tools: [functionTool] });
  const parts = await convertReadableStreamToArray(stream);
  expect(grammarProblems(parts)).toEqual([]);
  const types = parts.map((part) => ('id' in part ? `${part.type} ${part.id}` : part.type));
  expect(types.slice(types.indexOf('reasoning-end progress') + 1)).toEqual([
    'reasoning-start writer:0',
    'reasoning-delta writer:0',
    'reasoning-end writer:0',
    'text-start answer',
    'text-delta answer',
    'text-end answer',
    'tool-input-start fuser-0-call-0',
    'tool-input-delta fuser-0-call-0',
    'tool-input-end fuser-0-call-0',
    'tool-call',
    'tool-input-start fuser-0-call-1',
    'tool-input-delta fuser-0-call-1',
    'tool-input-end fuser-0-call-1',
    'tool-call',
    'finish',
  ]);
  expect(parts.at(-1)).toMatchObject({ finishReason: { unified: 'tool-calls', raw: 'tool_calls' } });
});

test('streamText shows calls and results, and the answer of the next turn', async () => {
  const { model } = blendOf({ calls: [['weather', { city: 'Rome' }]] }, 'Rome has 24 degrees.');
  const result = streamText({ model, tools: { weather }, prompt: 'How warm is Rome?', stopWhen: isStepCount(3) });
  const types = (await convertReadableStreamToArray(result.fullStream))
    .map(({ type }) => type)
    .filter((type) => /^t|finish$/.test(type));
  expect(types).toEqual([
    'tool-input-start',
    'tool-input-delta',
    'tool-input-end',
    'tool-call',
    'tool-result',
    'text-start',
    'text-delta',
    'text-end',
    'finish',
  ]);
});

test('without a fuser of its own, the model that called a tool reads its result', async () => {
  const replies = { a: 'Short.', b: 'The longest draft of both by far.' };
  const member = (name: 'a' | 'b') =>
    scriptedModel(name, ({ tools, prompt }) => {
      if (tools === undefined) return prompt.length > 1 ? { a: replies.b, b: replies.a }[name] : replies[name];
      return prompt.some(({ role }) => role === 'tool')
        ? `${name} read it. It is 24 degrees in Rome.`
        : { calls: [['weather', { city: 'Rome' }]] };
    });
  const [a, b] = [member('a'), member('b')];
  const model = new BlendModel({ models: [a, b], ranker });
  const { text, steps } = await generateText({
    model,
    tools: { weather },
    prompt: 'How warm is Rome?',
    stopWhen: isStepCount(3),
  });
  // In the second turn the draft of a is the better one, and b is still the one to write.
  expect([text, steps.length]).toEqual(['b read it. It is 24 degrees in Rome.', 2]);
  expect(a.doStreamCalls.every(({ tools }) => tools === undefined)).toBe(true);
});

test('a fuser that is a blend keeps its own fuser as well', async () => {
  const drafts = { a: ['Short.', 'The longest draft of both by far.'], b: ['A longer draft.', 'Short.'] };
  const inner = (['a', 'b'] as const).map((name) =>
    scriptedModel(name, ({ tools, prompt }) => {
      const hasLooked = prompt.some(({ role }) => role === 'tool');
      // As members of the inner blend they are asked without tools, and read the results as text.
      if (tools === undefined) return drafts[name][JSON.stringify(prompt).includes('Tools were called') ? 1 : 0] ?? '';
      return hasLooked ? `${name} read what it had looked up, 24 degrees.` : { calls: [['weather', { city: 'Rome' }]] };
    }),
  );
  const fuser = new BlendModel({ models: inner, ranker });
  const model = new BlendModel({ models: [scriptedModel('c', () => 'A draft.')], ranker, fuser });
  const { text } = await generateText({ model, tools: { weather }, prompt: 'Rome?', stopWhen: isStepCount(3) });
  expect(text).toBe('b read what it had looked up, 24 degrees.');
});

test.each([
  { toolChoice: { type: 'required' }, asked: { toolChoice: { type: 'required' }, tools: 1 } },
  {
    toolChoice: { type: 'tool', toolName: 'weather' },
    asked: { toolChoice: { type: 'tool', toolName: 'weather' }, tools: 1 },
  },
  { toolChoice: { type: 'auto' }, asked: { toolChoice: { type: 'auto' }, tools: 1 } },
  { toolChoice: { type: 'none' }, asked: { toolChoice: undefined, tools: 0 } },
] as const)('the choice $toolChoice.type reaches the fuser', async ({ toolChoice, asked }) => {
  const { fuser, members, model } = blendOf();
  await model.doGenerate({ ...call, tools: [functionTool], toolChoice });
  const [given] = fuser.doStreamCalls;
  expect({ toolChoice: given?.toolChoice, tools: given?.tools?.length ?? 0 }).toEqual(asked);
  expect(members.flatMap(({ doStreamCalls }) => doStreamCalls).every(({ tools }) => tools === undefined)).toBe(true);
});

test('a tool that a provider executes is warned of and left out', async () => {
  const { fuser, model } = blendOf();
  const search = { type: 'provider' as const, id: 'openai.web_search' as const, name: 'search', args: {} };
  const { warnings } = await model.doGenerate({
    ...call,
    tools: [search, functionTool],
    toolChoice: { type: 'tool', toolName: 'search' },
  });
  expect(warnings).toMatchObject([{ type: 'unsupported', feature: 'provider-executed tool openai.web_search' }]);
  expect(fuser.doStreamCalls[0]).toMatchObject({ tools: [{ name: 'weather' }] });
  expect(fuser.doStreamCalls[0]?.toolChoice).toBeUndefined();
  const alone = await model.doGenerate({ ...call, tools: [search] });
  expect(alone.warnings).toHaveLength(1);
  expect(fuser.doStreamCalls[1]?.tools).toBeUndefined();
});

test('a fuser that is no language model gets no tools, with a warning', async () => {
  const fuser = new FakeFuser({ write: () => 'A fused answer, the longest of them all.' });
  const models = ['a', 'b'].map((name) => scriptedModel(name, () => `Draft ${name}.`));
  const { warnings, content } = await new BlendModel({ models, ranker, fuser, showProgress: false }).doGenerate({
    ...call,
    tools: [functionTool],
  });
  expect(warnings).toEqual([
    {
      type: 'unsupported',
      feature: 'tools',
      details: 'The fuser fake-fuser is no language model, and only the fuser gets tools.',
    },
  ]);
  expect(content).toEqual([{ type: 'text', text: 'A fused answer, the longest of them all.' }]);
});

test.each([
  { name: 'one member', options: (members: object[]) => ({ models: members.slice(0, 1) }) },
  { name: 'no fusion', options: (members: object[]) => ({ models: members, fusion: false }) },
  { name: 'answers that agree', options: (members: object[]) => ({ models: [members[0], members[0]], fast: true }) },
  { name: 'the same answers', options: (members: object[]) => ({ models: [members[0], members[0]] }) },
  {
    name: 'a ranker that fails',
    options: (members: object[]) => ({
      models: members,
      ranker: new FakePairRanker({
        judge: () => {
          throw new Error('on purpose');
        },
      }),
    }),
  },
])('the fuser is asked also with $name', async ({ options }) => {
  const { members, fuser } = blendOf();
  const calling = scriptedModel('fuser', () => ({ calls: [['weather', { city: 'Rome' }]] }));
  const model = new BlendModel({ ranker, ...options(members), fuser: calling } as never);
  const { content, finishReason } = await model.doGenerate({ ...call, tools: [functionTool] });
  expect(content.filter(({ type }) => type !== 'reasoning')).toMatchObject([
    { type: 'tool-call', toolName: 'weather' },
  ]);
  expect(finishReason.unified).toBe('tool-calls');
  expect(fuser.doStreamCalls).toHaveLength(0);
});

test('with tools that are not called, the better of the fused answer and the best draft is the answer', async () => {
  const { model } = blendOf('Short.');
  const { content, providerMetadata } = await model.doGenerate({ ...call, tools: [functionTool] });
  expect(content.at(-1)).toEqual({ type: 'text', text: 'Draft bb.' });
  expect(providerMetadata).toMatchObject({ llmBlender: { decision: 'best-candidate', fused: { text: 'Short.' } } });
});

test('a fuser that fails leaves the best draft', async () => {
  const fuser = scriptedModel('fuser', () => {
    throw new Error('on purpose');
  });
  const models = ['a', 'bb'].map((name) => scriptedModel(name, () => `Draft ${name}.`));
  const model = new BlendModel({ models, ranker, fuser, maxRetries: 0 });
  const { content, providerMetadata } = await model.doGenerate({ ...call, tools: [functionTool] });
  expect(content.at(-1)).toEqual({ type: 'text', text: 'Draft bb.' });
  expect(providerMetadata).toMatchObject({ llmBlender: { failures: [{ id: 'fuser', message: 'on purpose' }] } });
});
