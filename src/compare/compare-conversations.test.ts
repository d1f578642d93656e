import type { ModelMessage } from 'ai';
import { expect, test } from 'vitest';
import { FakePairRanker } from '../test/index.ts';
import { compareConversations } from './compare-conversations.ts';

const user = (content: string): ModelMessage => ({ role: 'user', content });
const assistant = (content: string): ModelMessage => ({ role: 'assistant', content });
const system = (content: string): ModelMessage => ({ role: 'system', content });

/** Prefers the longer candidate, and whatever is shown first. */
const longer = () => new FakePairRanker({ judge: ({ left, right }) => left.length - right.length + 0.5 });

test('flattens the turns into one task, and the answers into two candidates', async () => {
  const ranker = longer();
  const result = await compareConversations({
    a: [user('Hi'), assistant('Hello!'), user('How are you?'), assistant('Fine, and you?')],
    b: [user('Hi'), assistant('What?'), user('How are you?'), assistant('Go away.')],
    ranker,
  });
  expect(result).toMatchObject({ logit: 7, winner: 'a', consistent: true, ranker: 'fake', usage: { calls: 2 } });
  expect(ranker.pairs[0]).toEqual({
    task: {
      instruction:
        'Carry on the conversation below. <Response i> stands in place of what the assistant answers in turn i.',
      input: 'USER: Hi\nAssistant: <Response 1>\nUSER: How are you?\nAssistant: <Response 2>',
    },
    left: '<Response 1>: Hello!\n<Response 2>: Fine, and you?',
    right: '<Response 1>: What?\n<Response 2>: Go away.',
  });
});

test.each(['both', 'forward', 'reverse'] as const)(
  'swapping the conversations flips the sign, orders %s',
  async (orders) => {
    const one = [user('Hi'), assistant('Hello there, how can I help you today?')];
    const two = [user('Hi'), assistant('No.')];
    const forward = await compareConversations({ a: one, b: two, ranker: longer(), orders });
    const reverse = await compareConversations({ a: two, b: one, ranker: longer(), orders });
    expect([forward.winner, reverse.winner]).toEqual(['a', 'b']);
    if (orders === 'both') expect(reverse.logit).toBe(-forward.logit);
  },
);

test('system messages stand in front of the task, wherever they came from', async () => {
  const ranker = longer();
  const messages = (answer: string) => [system('Be brief.'), user('Hi'), assistant(answer)];
  await compareConversations({ system: 'Be kind.', a: messages('Hello!'), b: messages('Hi.'), ranker });
  expect(ranker.pairs[0]?.task.instruction).toMatch(/^Be kind\.\n\nBe brief\.\n\nCarry on/);
});

test('text parts are one text, reasoning is passed over, other parts are named', async () => {
  const ranker = longer();
  const picture = { type: 'image', image: new Uint8Array([1, 2]) } as const;
  await compareConversations({
    a: [
      { role: 'user', content: [{ type: 'text', text: 'What ' }, { type: 'text', text: 'is this?' }, picture] },
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'Let me look.' },
          { type: 'text', text: 'A ' },
          { type: 'text', text: 'cat.' },
        ],
      },
    ],
    b: [
      // The same text as one part, and the same picture as another array.
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { ...picture, image: new Uint8Array([1, 2]) },
        ],
      },
      assistant('A dog.'),
    ],
    ranker,
  });
  expect(ranker.pairs[0]).toMatchObject({
    task: { input: 'USER: What is this?[image]\nAssistant: <Response 1>' },
    left: '<Response 1>: A cat.',
    right: '<Response 1>: A dog.',
  });
});

test('several messages in a row are one turn, with those of tools', async () => {
  const ranker = longer();
  await compareConversations({
    a: [
      user('Hi.'),
      user('What is the weather?'),
      { role: 'assistant', content: [{ type: 'tool-call', toolCallId: '1', toolName: 'weather', input: {} }] },
      {
        role: 'tool',
        content: [
          { type: 'tool-result', toolCallId: '1', toolName: 'weather', output: { type: 'text', value: 'sun' } },
        ],
      },
      assistant('It is sunny.'),
    ],
    b: [user('Hi.'), user('What is the weather?'), assistant('No idea.')],
    ranker,
  });
  expect(ranker.pairs[0]).toMatchObject({
    task: { input: 'USER: Hi.\nWhat is the weather?\nAssistant: <Response 1>' },
    left: '<Response 1>: [tool-call]\n[tool-result]\nIt is sunny.',
    right: '<Response 1>: No idea.',
  });
});

test('the same answers tie and no answer at all loses, without a call', async () => {
  const ranker = new FakePairRanker();
  const said = [user('Hi'), assistant('Hello!'), user('Bye'), assistant('Bye!')];
  const silent = [user('Hi'), assistant(''), user('Bye'), assistant(' \n')];
  await expect(compareConversations({ a: said, b: said, ranker })).resolves.toMatchObject({ rule: 'identical' });
  await expect(compareConversations({ a: silent, b: said, ranker })).resolves.toMatchObject({
    winner: 'b',
    rule: 'empty',
  });
  await expect(compareConversations({ a: silent, b: silent.with(1, assistant('\t')), ranker })).resolves.toMatchObject({
    winner: 'tie',
  });
});

const good = [user('Why?'), assistant('Because.'), user('How?'), assistant('So.')];

test.each<[string, { a?: unknown; b?: unknown; orders?: string }, string]>([
  [
    'another user turn',
    { b: good.with(2, user('Who?')) },
    'Invalid b "Who?": turn 2 of the user is "How?" in a; both need the same user turns.',
  ],
  [
    'another picture',
    {
      a: [{ role: 'user', content: [{ type: 'image', image: 'aGk=' }] }, assistant('A cat.')],
      b: [{ role: 'user', content: [{ type: 'image', image: 'aGo=' }] }, assistant('A cat.')],
    },
    'Invalid b "[image]": turn 1 of the user has something else attached in a.',
  ],
  [
    'fewer turns',
    { b: good.slice(0, 2) },
    'Invalid b (array of 2): it has 1 turn and a has 2; both need the same user turns.',
  ],
  [
    'another system message',
    { b: [system('Be rude.'), ...good] },
    'Invalid b "Be rude.": its system message must be that of a, "".',
  ],
  [
    'no last answer',
    { a: good.slice(0, 3) },
    "Invalid a (array of 3): turn 2 has no answer; the last message must be the assistant's.",
  ],
  [
    'the assistant first',
    { a: good.slice(1) },
    'Invalid a[0] "assistant": a conversation begins with a message of the user.',
  ],
  ['nothing', { a: [] }, 'Invalid a (array of 0): expected at least one message of the user.'],
  ['only a system message', { a: [system('x')] }, 'Invalid a (array of 1): expected at least one message of the user.'],
  ['no array', { b: 'Hi' }, 'Invalid b "Hi": expected an array of messages.'],
  [
    'a role of the original',
    { a: [{ role: 'USER', content: 'x' }] },
    'Invalid a[0] (object): expected a message { role, content } of the AI SDK.',
  ],
  [
    'no content',
    { a: [{ role: 'user' }] },
    'Invalid a[0] (object): expected a message { role, content } of the AI SDK.',
  ],
  ['a hole', { a: [undefined] }, 'Invalid a[0] undefined: expected a message { role, content } of the AI SDK.'],
  ['unknown orders', { orders: 'all' }, `Invalid orders "all": expected one of: both, forward, reverse.`],
])('refuses %s', async (_, options, message) => {
  const ranker = new FakePairRanker();
  await expect(compareConversations({ a: good, b: good, ranker, ...options } as never)).rejects.toThrow(message);
});
