import type { ModelMessage } from 'ai';
import { expect, test } from 'vitest';
import { type GenerateCandidatesOptions, isHiddenFileWarning } from '../../src/index.ts';
import { askOnce } from './ask-once.ts';
import { type ReceivedRequest, ReplayServer } from './replay-server.ts';
import { fixture, type Reply } from './reply.ts';
import { wireBlender } from './wire-blender.ts';

/** A PNG of one pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const PNG_URL = `data:image/png;base64,${PNG.toString('base64')}`;
const QUESTION = { type: 'text', text: 'What is this?' } as const;
const PHOTO = { type: 'file', mediaType: 'image/png', data: PNG, filename: 'photo.png' } as const;
const MARK = '[image: photo.png, not shown to this model]';

function asking(...content: Exclude<Extract<ModelMessage, { role: 'user' }>['content'], string>) {
  return {
    prompt: undefined,
    messages: [{ role: 'user' as const, content }],
  } satisfies Partial<GenerateCandidatesOptions>;
}

function refusal(status: number, reason: string): Reply {
  const body = JSON.stringify({ error: { message: reason, type: 'invalid_request_error' } });
  const headers = { 'content-type': 'application/json' };
  return { status, statusText: 'Bad Request', headers, chunks: [Buffer.from(body)] };
}

function says(text: string): Reply {
  const event = (choice: object) =>
    `data: ${JSON.stringify({ id: 'c', model: 'm', choices: [{ index: 0, ...choice }] })}\n\n`;
  const body = `${event({ delta: { content: text } })}${event({ delta: {}, finish_reason: 'stop' })}data: [DONE]\n\n`;
  return {
    status: 200,
    statusText: 'OK',
    headers: { 'content-type': 'text/event-stream' },
    chunks: [Buffer.from(body)],
  };
}

function messagesOf(request: ReceivedRequest | undefined): readonly { readonly content: unknown }[] {
  const body = request?.body as { messages: { content: unknown }[] } | undefined;
  return body?.messages ?? [];
}

/** The content of the last message of a chat completion. */
const contentOf = (request: ReceivedRequest | undefined) => messagesOf(request).at(-1)?.content;

const holdsFile = (request: ReceivedRequest) => /"(?:image_url|input_audio|file)"/.test(JSON.stringify(request.body));

test('images, PDF and audio go to a chat completions endpoint in its forms', async () => {
  const pdf = Buffer.from('%PDF-1.7\n');
  const wav = Buffer.from('RIFF\0\0\0\0WAVEfmt ');
  const { candidate, requests } = await askOnce(
    'mine/m',
    says('A pixel.'),
    asking(
      QUESTION,
      PHOTO,
      { type: 'image', image: PNG.toString('base64') },
      { type: 'file', mediaType: 'application/pdf', data: pdf, filename: 'a.pdf' },
      { type: 'file', mediaType: 'audio/wav', data: wav },
      { type: 'file', mediaType: 'audio', data: wav },
    ),
  );
  expect(candidate?.warnings).toEqual([]);
  const sound = { type: 'input_audio', input_audio: { data: wav.toString('base64'), format: 'wav' } };
  expect(contentOf(requests[0])).toEqual([
    QUESTION,
    { type: 'image_url', image_url: { url: PNG_URL } },
    { type: 'image_url', image_url: { url: PNG_URL } },
    {
      type: 'file',
      file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${pdf.toString('base64')}` },
    },
    sound,
    sound,
  ]);
});

test('the address of an image goes to an endpoint that can fetch it', async () => {
  const image = new URL('https://example.com/pixel.png');
  const { requests } = await askOnce('mine/m', says('A pixel.'), asking(QUESTION, { type: 'image', image }));
  expect(contentOf(requests[0])).toEqual([QUESTION, { type: 'image_url', image_url: { url: image.href } }]);
});

test('servers of this machine cannot, so it would be fetched here, which the AI SDK does not do inside a network', async () => {
  const image = new URL('http://127.0.0.1:1/pixel.png');
  const { failure, requests } = await askOnce('ollama/m', says('?'), asking(QUESTION, { type: 'image', image }));
  expect(failure?.message).toContain('127.0.0.1');
  expect(requests).toEqual([]);
});

test.each([
  ['openai/gpt-4.1-mini', 'openai/plain'],
  ['anthropic/claude-haiku-4-5', 'anthropic/plain'],
  ['google/gemini-2.5-flash', 'gemini/plain'],
])('the package of %s sends an image', async (model, reply) => {
  const { candidate, requests } = await askOnce(model, fixture(reply), asking(QUESTION, PHOTO));
  expect(candidate?.warnings?.some(isHiddenFileWarning)).toBe(false);
  expect(JSON.stringify(requests[0]?.body)).toContain(PNG.toString('base64'));
});

test.each([
  ['mine/m', refusal(400, 'Invalid content type. image_url is only supported by certain models.'), says('No idea.')],
  ['ollama/gemma2', refusal(500, 'this model is missing data required for image input'), says('No idea.')],
  ['mine/m', refusal(422, 'messages[0].content must be a string'), says('No idea.')],
  ['mine/m', refusal(404, 'No endpoints found that support image input'), says('No idea.')],
  ['openai/gpt-4.1-mini', refusal(400, 'This model does not support image inputs.'), fixture('openai/plain')],
])('%s refuses an image and is asked again in text, once for all its calls', async (model, refused, answer) => {
  await using server = await ReplayServer.start((request) =>
    JSON.stringify(request.body).includes(PNG.toString('base64')) ? refused : answer,
  );
  await using blender = wireBlender(server);
  const ask = () => blender.generateCandidates({ models: [model], ...asking(QUESTION, PHOTO) });
  const posts = () => server.requests.filter(({ method }) => method === 'POST');
  const { candidates, usage } = await ask();
  expect(candidates[0]?.warnings?.filter(isHiddenFileWarning)).toEqual([
    {
      type: 'unsupported',
      feature: 'image input',
      details: `The model does not take it and read "${MARK}" in its place.`,
    },
  ]);
  expect(posts()).toHaveLength(2);
  expect(usage.calls).toBe(2);
  expect(JSON.stringify(posts()[1]?.body)).toContain(`What is this?\\n\\n${MARK}`);
  await ask();
  expect(posts()).toHaveLength(3);
});

test('calls that begin at the same time find out together, and pay once', async () => {
  await using server = await ReplayServer.start((request) =>
    holdsFile(request) ? refusal(400, 'this model does not support image input') : says('No idea.'),
  );
  await using blender = wireBlender(server);
  const ask = (model: string, samples: number) =>
    blender.generateCandidates({ models: [{ model, samples }], ...asking(QUESTION, PHOTO) });
  const { candidates } = await ask('mine/m', 4);
  expect(candidates.map(({ warnings }) => warnings?.length)).toEqual([1, 1, 1, 1]);
  expect(server.requests.filter(holdsFile)).toHaveLength(1);
  expect(server.requests).toHaveLength(5);
});

test('an error as the first event of a stream is a refusal too', async () => {
  const error = JSON.stringify({ error: { message: 'Model does not support images. Please use a model that does.' } });
  const event: Reply = { ...says(''), chunks: [Buffer.from(`data: ${error}\n\n`)] };
  const { candidate } = await askOnce(
    'mine/m',
    (request) => (holdsFile(request) ? event : says('No idea.')),
    asking(QUESTION, PHOTO),
  );
  expect(candidate).toMatchObject({ text: 'No idea.', warnings: [{ feature: 'image input' }] });
});

test('only what is refused is left out', async () => {
  const pdf = {
    type: 'file',
    mediaType: 'application/pdf',
    data: Buffer.from('%PDF-1.7\n'),
    filename: 'a.pdf',
  } as const;
  const { candidate, requests } = await askOnce(
    'mine/m',
    (request) =>
      JSON.stringify(request.body).includes('file_data') ? refusal(400, 'Unknown part type: file') : says('A pixel.'),
    asking(QUESTION, PHOTO, pdf),
  );
  expect(candidate?.warnings).toMatchObject([{ feature: 'PDF input' }]);
  expect(contentOf(requests[1])).toEqual([
    QUESTION,
    { type: 'image_url', image_url: { url: PNG_URL } },
    { type: 'text', text: '[PDF: a.pdf, not shown to this model]' },
  ]);
});

test('a text file is sent as text where the API has no form for it, without a warning', async () => {
  const csv = { type: 'file', mediaType: 'application/csv', data: Buffer.from('a,b\n1,2'), filename: 'a.csv' } as const;
  const { candidate, requests } = await askOnce('mine/m', says('Three.'), asking(QUESTION, csv));
  expect(candidate?.warnings).toEqual([]);
  expect(contentOf(requests[0])).toBe('What is this?\n\na.csv:\na,b\n1,2');
});

test('what is wrong with one image stays a failure, with the reason', async () => {
  const { failure, requests } = await askOnce(
    'mine/m',
    refusal(400, 'Could not process image'),
    asking(QUESTION, PHOTO),
  );
  expect(failure).toMatchObject({
    kind: 'invalid-request',
    message: expect.stringContaining('Could not process image'),
  });
  expect(requests).toHaveLength(1);
});

test('candidates, judge and fuser all see the image', async () => {
  await using server = await ReplayServer.start((request, index) => {
    const text = JSON.stringify(contentOf(request));
    if (text.includes('candidate-A')) return says('A is better');
    return says(text.includes('draft-1') ? 'A single pixel.' : `A pixel ${index}.`);
  });
  await using blender = wireBlender(server);
  const { fused, warning } = await blender.blend({
    models: [{ model: 'mine/m', samples: 2 }],
    ranker: 'judge:mine/judge',
    ...asking(QUESTION, PHOTO),
  });
  expect(fused?.text).toBe('A single pixel.');
  expect(fused?.warnings).toBeUndefined();
  expect(warning).toBeUndefined();
  expect(server.requests.length).toBeGreaterThan(5);
  for (const request of server.requests) expect(JSON.stringify(request.body)).toContain(PNG_URL);
  const judged = server.requests.find((request) => JSON.stringify(contentOf(request)).includes('candidate-A'));
  expect(contentOf(judged)).toEqual([
    { type: 'image_url', image_url: { url: PNG_URL } },
    { type: 'text', text: expect.stringContaining('What is this?[image: photo.png]') },
  ]);
});

test.each(['judge:mine/judge', 'judge-list:mine/judge'])(
  '%s and a fuser that take no images say so',
  async (ranker) => {
    await using server = await ReplayServer.start((request, index) => {
      if (holdsFile(request) && !JSON.stringify(request.body).includes('"model":"m"'))
        return refusal(400, 'this model does not support image input');
      const text = JSON.stringify(contentOf(request));
      if (text.includes('candidate-A')) return says('A is better');
      if (text.includes('candidate-1')) return says('[1] > [2]');
      return says(text.includes('draft-1') ? 'A single pixel.' : `A pixel ${index}.`);
    });
    await using blender = wireBlender(server);
    const { fused, warning } = await blender.blend({
      models: [{ model: 'mine/m', samples: 2 }],
      ranker,
      fuser: 'mine/fuser',
      ...asking(QUESTION, PHOTO),
    });
    expect(fused?.warnings).toMatchObject([{ feature: 'image input' }]);
    expect(warning).toContain(`${ranker} was not shown the images and files of the task: it read only their names.`);
  },
);

test('a trained ranker reads the name of the image, and the result warns', async () => {
  await using server = await ReplayServer.start((_, index) => says(`A pixel ${index}.`));
  await using blender = wireBlender(server);
  const { warning } = await blender.blend({
    models: [{ model: 'mine/m', samples: 2 }],
    fusion: false,
    ...asking(QUESTION, PHOTO),
  });
  expect(warning).toContain('small was not shown the images and files of the task: it read only their names.');
});

test('files where only messages of the user may hold them leave a mark and a warning', async () => {
  const { candidate, requests } = await askOnce('mine/m', says('Yes.'), {
    prompt: undefined,
    messages: [
      { role: 'user', content: 'Draw a pixel.' },
      { role: 'assistant', content: [PHOTO] },
      { role: 'user', content: 'Is it black?' },
    ],
  });
  expect(candidate?.warnings).toMatchObject([{ feature: 'image input' }]);
  expect(messagesOf(requests[0])[1]).toEqual({ role: 'assistant', content: MARK });
});
