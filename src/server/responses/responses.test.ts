import { expect, test } from 'vitest';
import { FakeLanguageModel } from '../../test/index.ts';
import { linesOf, post, saying, startFake } from '../__fixtures__/fake-server.ts';

const ask = (server: { url: string }, more: object = {}) =>
  post(server, '/v1/responses', { model: 'mine', input: 'Why?', ...more });

interface Event {
  readonly type: string;
  readonly sequence_number: number;
  readonly delta?: string;
  readonly response?: object;
}

async function eventsOf(response: Response): Promise<readonly Event[]> {
  const lines = await linesOf(response);
  const events = lines.filter((line) => line.startsWith('data: ')).map((line) => JSON.parse(line.slice(6)) as Event);
  expect(lines.filter((line) => line.startsWith('event: '))).toEqual(events.map(({ type }) => `event: ${type}`));
  expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, index) => index));
  return events;
}

/** Types in their order, one that repeats once. */
const orderOf = (events: readonly Event[]) =>
  events.map(({ type }) => type.replace('response.', '')).filter((type, index, all) => type !== all[index - 1]);

test('an answer at once', async () => {
  const response = await ask(await startFake(), { instructions: 'Be brief.', metadata: { a: 'b' } });
  expect(await response.json()).toMatchObject({
    id: expect.stringMatching(/^resp_/),
    object: 'response',
    status: 'completed',
    error: null,
    incomplete_details: null,
    instructions: 'Be brief.',
    metadata: { a: 'b' },
    model: 'mine',
    output: [
      {
        type: 'message',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: 'the fused answer of both', annotations: [] }],
      },
    ],
    previous_response_id: null,
    store: false,
    usage: { input_tokens: expect.any(Number), total_tokens: expect.any(Number) },
    llm_blender: { decision: 'fused' },
  });
});

test('a stream has its events in the order that clients insist on', async () => {
  const events = await eventsOf(await ask(await startFake(), { stream: true }));
  expect(orderOf(events)).toEqual([
    'created',
    'in_progress',
    'output_item.added',
    'reasoning_summary_part.added',
    'reasoning_summary_text.delta',
    'reasoning_summary_text.done',
    'reasoning_summary_part.done',
    'output_item.done',
    'output_item.added',
    'content_part.added',
    'output_text.delta',
    'output_text.done',
    'content_part.done',
    'output_item.done',
    'completed',
  ]);
  const deltas = (type: string) => events.flatMap((event) => (event.type.endsWith(type) ? [event.delta] : [])).join('');
  expect(deltas('output_text.delta')).toBe('the fused answer of both');
  expect(deltas('summary_text.delta')).toMatch(/^Asking fake\/a and fake\/b\.\n/);
  expect(events.at(-1)?.response).toMatchObject({
    status: 'completed',
    output: [{ type: 'reasoning' }, { type: 'message' }],
    llm_blender: { decision: 'fused' },
  });
  expect(events.slice(0, -1).some((event) => JSON.stringify(event).includes('llm_blender'))).toBe(false);
  const silent = await eventsOf(await ask(await startFake({}, { showProgress: false }), { stream: true }));
  expect(orderOf(silent).join()).not.toContain('reasoning');
});

test('where a stream fails late, its last event says so', async () => {
  const late = new FakeLanguageModel({ modelId: 'a', answer: () => new Error('too late') });
  const server = await startFake({ models: [late, saying('b', { words: [''], pauseMs: 80 })] });
  const events = await eventsOf(await ask(server, { stream: true }));
  expect(events.at(-1)).toMatchObject({
    type: 'response.failed',
    response: { status: 'failed', error: { code: 'no_candidates', message: expect.stringContaining('too late') } },
  });
});

test('what was said before is read, thoughts left out', async () => {
  const model = saying('a', 'fine');
  const server = await startFake({ models: [model], fusion: false });
  const response = await ask(server, {
    instructions: 'Be brief.',
    max_output_tokens: 9,
    input: [
      { role: 'developer', content: 'Really.' },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello.' }] },
      { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'a thought' }] },
      {
        type: 'message',
        id: 'msg_1',
        role: 'assistant',
        content: [{ type: 'output_text', text: 'Hi.', annotations: [] }],
      },
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'And this?' },
          { type: 'input_image', image_url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'auto' },
        ],
      },
    ],
  });
  expect(response.status).toBe(200);
  expect(model.calls[0]).toMatchObject({
    maxOutputTokens: 9,
    prompt: [
      { role: 'system', content: 'Be brief.\n\nReally.' },
      { role: 'user', content: [{ text: 'Hello.' }] },
      { role: 'assistant', content: [{ text: 'Hi.' }] },
      { role: 'user', content: [{ text: 'And this?' }, { type: 'file', mediaType: 'image/png' }] },
    ],
  });
  expect(JSON.stringify(model.calls[0]?.prompt)).not.toContain('a thought');
});

test.each<[string, object, string]>([
  ['an answer that is kept', { previous_response_id: 'resp_1' }, 'previous_response_id'],
  ['a conversation that is kept', { conversation: 'conv_1' }, 'conversation'],
  ['an answer in the background', { background: true }, 'background'],
  [
    'an address',
    { input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'https://x.example' }] }] },
    'input',
  ],
  ['too long an answer', { max_output_tokens: 1e9 }, 'max_output_tokens'],
  ['a result of no call', { input: [{ type: 'function_call_output', call_id: 'x', output: 'y' }] }, 'input'],
  ['no input', { input: [] }, 'input'],
  ['a model that is not served', { model: 'none' }, 'model'],
])('%s is refused, and names the field', async (_, more, param) => {
  const response = await ask(await startFake(), more);
  expect(response.status).toBeLessThan(500);
  expect(response.status).toBeGreaterThanOrEqual(400);
  expect(await response.json()).toMatchObject({ error: { param, message: expect.any(String) } });
});
