import { expect, test } from 'vitest';
import { Resources } from '../registry/index.ts';
import { FakeLanguageModel, HANG } from '../test/index.ts';
import { generateCandidates, type GeneratePart } from './generate-candidates.ts';

const prompt = 'Say something.';

test('calls N models n times each and keeps their order', async () => {
  const slow = new FakeLanguageModel({ modelId: 'slow', answer: { words: ['late ', 'answer'], pauseMs: 5 } });
  const quick = new FakeLanguageModel({ modelId: 'quick', answer: (_, index) => `answer ${index}` });
  const result = await generateCandidates({
    prompt,
    models: [slow, { model: quick, samples: 2, temperature: 0.3 }],
    seed: 10,
  });
  expect(result.candidates.map(({ id, model, sample, text }) => [id, model, sample, text])).toEqual([
    ['1', 'fake/slow', 1, 'late answer'],
    ['2', 'fake/quick', 1, 'answer 0'],
    ['3', 'fake/quick', 2, 'answer 1'],
  ]);
  expect(quick.calls.map(({ seed, temperature }) => [seed, temperature])).toEqual([
    [10, 0.3],
    [11, 0.3],
  ]);
  expect(result.usage).toEqual({ calls: 3, inputTokens: 21, outputTokens: 6, cost: undefined });
  expect(result.candidates[0]?.timings.firstTokenMs).toBeGreaterThan(0);
});

test('two entries of one model are two samples with two seeds', async () => {
  const model = new FakeLanguageModel({ answer: 'x' });
  const { candidates } = await generateCandidates({ prompt, models: [model, model], seed: 1 });
  expect(candidates.map(({ sample }) => sample)).toEqual([1, 2]);
  expect(model.calls.map(({ seed }) => seed)).toEqual([1, 2]);
});

test('failures are kept apart', async () => {
  const models = [
    new FakeLanguageModel({ modelId: 'good', answer: 'fine' }),
    new FakeLanguageModel({ modelId: 'broken', answer: new Error('no such thing as sk-abcdefghijklmnopqrst') }),
    new FakeLanguageModel({ modelId: 'empty', answer: ' \n' }),
    { model: new FakeLanguageModel({ modelId: 'slow', answer: HANG }), timeoutMs: 20 },
  ];
  const { candidates, failures } = await generateCandidates({ prompt, models, maxRetries: 0 });
  expect(candidates).toHaveLength(1);
  const unknown = { calls: 1, inputTokens: undefined, outputTokens: undefined, cost: undefined };
  expect(failures).toEqual([
    {
      id: '2',
      model: 'fake/broken',
      phase: 'generate',
      kind: 'error',
      message: 'no such thing as [redacted]',
      usage: unknown,
    },
    {
      id: '3',
      model: 'fake/empty',
      phase: 'generate',
      kind: 'empty',
      message: 'the answer was empty (stop)',
      usage: { ...unknown, inputTokens: 7, outputTokens: 2 },
    },
    {
      id: '4',
      model: 'fake/slow',
      phase: 'generate',
      kind: 'timeout',
      message: 'Timed out after 20 ms: the answer of fake/slow. Raise timeoutMs (--timeout).',
      usage: unknown,
    },
  ]);
});

test('all failing is NoCandidatesError with each reason', async () => {
  const models = [
    new FakeLanguageModel({ modelId: 'a', answer: new Error('first reason') }),
    new FakeLanguageModel({ modelId: 'b', answer: '' }),
  ];
  await expect(generateCandidates({ prompt, models, maxRetries: 0 })).rejects.toMatchObject({
    name: 'NoCandidatesError',
    message: 'No model gave an answer (2 asked):\n  - fake/a: first reason\n  - fake/b: the answer was empty (stop)',
    failures: [{ model: 'fake/a' }, { model: 'fake/b', kind: 'empty' }],
  });
});

test('the same reason is listed once', async () => {
  const model = new FakeLanguageModel({ answer: new Error('one reason\nin two lines') });
  await expect(generateCandidates({ prompt, models: [model], samples: 3, maxRetries: 0 })).rejects.toThrow(
    'No model gave an answer (3 asked):\n  - 3 × fake/model: one reason\n    in two lines',
  );
});

test('an abort by the caller is reported as no failure', async () => {
  const controller = new AbortController();
  const parts: GeneratePart[] = [];
  const models = [new FakeLanguageModel({ answer: HANG })];
  const onPart = (part: GeneratePart) => {
    parts.push(part);
    controller.abort(new Error('enough'));
  };
  await expect(
    generateCandidates({ prompt, models, samples: 3, onPart, abortSignal: controller.signal }),
  ).rejects.toThrow('enough');
  expect(parts.filter(({ type }) => type === 'candidate-error')).toEqual([]);
});

test('the limit of a provider holds over all its models, and an abort empties the line', async () => {
  const resources = new Resources({ limits: { fake: { concurrency: 2 } } });
  const models = ['a', 'b', 'c', 'd', 'e'].map((modelId) => new FakeLanguageModel({ modelId, answer: HANG }));
  const controller = new AbortController();
  const pending = generateCandidates({ prompt, models, resources, abortSignal: controller.signal });
  await expect.poll(() => models.filter(({ running }) => running > 0).length).toBe(2);
  const reason = new Error('stop');
  controller.abort(reason);
  await expect(pending).rejects.toBe(reason);
  await expect.poll(() => models.filter(({ running }) => running > 0).length).toBe(0);
  expect(models.flatMap(({ calls }) => calls)).toHaveLength(2);
});

test('what is there when the time for all runs out is the result', async () => {
  const models = [new FakeLanguageModel({ answer: 'quick' }), new FakeLanguageModel({ modelId: 'slow', answer: HANG })];
  const { candidates, failures } = await generateCandidates({ prompt, models, totalTimeoutMs: 50 });
  expect(candidates.map(({ text }) => text)).toEqual(['quick']);
  expect(failures).toMatchObject([
    {
      kind: 'timeout',
      message: 'Timed out after 50 ms: all answers together. Raise totalTimeoutMs (--total-timeout).',
    },
  ]);
});

test('reports each step', async () => {
  const parts: GeneratePart[] = [];
  const models = [new FakeLanguageModel({ answer: 'two words' })];
  await generateCandidates({ prompt, models, onPart: (part) => parts.push(part) });
  expect(parts.map(({ type }) => type)).toEqual([
    'candidate-start',
    'candidate-delta',
    'candidate-delta',
    'candidate-end',
  ]);
});

test('an observer that throws changes nothing', async () => {
  const models = [new FakeLanguageModel({ answer: 'fine' })];
  const onPart = () => {
    throw new Error('observer');
  };
  await expect(generateCandidates({ prompt, models, onPart })).resolves.toMatchObject({
    candidates: [{ text: 'fine' }],
  });
});

test('the system message and the settings reach the model', async () => {
  const model = new FakeLanguageModel({ answer: 'fine' });
  await generateCandidates({
    prompt,
    system: 'Be brief.',
    models: [model],
    topP: 0.8,
    maxOutputTokens: 5,
    stopSequences: ['END'],
  });
  expect(model.calls[0]).toMatchObject({
    prompt: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: [{ type: 'text', text: prompt }] },
    ],
    topP: 0.8,
    maxOutputTokens: 5,
    stopSequences: ['END'],
  });
});

const fine = new FakeLanguageModel({ answer: 'fine' });
test.each([
  [{ models: [] }, 'Invalid models (array of 0): name at least one model.'],
  [{ models: [5] }, 'Invalid models[0] 5: expected a name or an AI SDK language model.'],
  [{ models: [fine], samples: 0 }, 'Invalid samples 0: expected an integer of at least 1.'],
  [{ models: [{ model: fine, samples: 1.5 }] }, 'Invalid models[0].samples 1.5: expected an integer of at least 1.'],
  [
    { models: [{ model: fine, timeoutMs: -1 }] },
    'Invalid models[0].timeoutMs -1: expected milliseconds, a number above 0.',
  ],
  [{ models: [fine], timeoutMs: Number.NaN }, 'Invalid timeoutMs NaN: expected milliseconds, a number above 0.'],
  [{ models: [fine], totalTimeoutMs: 0 }, 'Invalid totalTimeoutMs 0: expected milliseconds, a number above 0.'],
  [{ models: [fine], maxRetries: Number.NaN }, 'Invalid maxRetries NaN: expected an integer of at least 0.'],
  [{ models: [fine], maxRetries: Infinity }, 'Invalid maxRetries Infinity: expected an integer of at least 0.'],
  [{ models: [fine], temperature: Number.NaN }, 'Invalid temperature NaN: expected a number of at least 0.'],
  [{ models: [{ model: fine, topP: 2 }] }, 'Invalid models[0].topP 2: expected a number between 0 and 1.'],
  [{ models: [fine], maxOutputTokens: 0 }, 'Invalid maxOutputTokens 0: expected an integer of at least 1.'],
  [{ models: [fine], seed: 0.5 }, 'Invalid seed 0.5: expected an integer.'],
])('refuses %j', async (options, message) => {
  await expect(generateCandidates({ prompt, ...options } as never)).rejects.toThrow(message);
});

test('an unknown provider is one failed model with a hint', async () => {
  const { failures } = await generateCandidates({ prompt, models: [fine, 'nowhere/model'] });
  await expect(generateCandidates({ prompt, models: ['nowhere/model'] })).rejects.toMatchObject({
    name: 'ModelNotFoundError',
  });
  expect(failures[0]?.message).toMatch(/^Unknown model "nowhere\/model"\. Names begin with a provider/);
});
