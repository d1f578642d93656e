import { createProviderRegistry, customProvider, generateText, rerank } from 'ai';
import { expect, test } from 'vitest';
import { FakeLanguageModel, FakePairRanker } from '../test/index.ts';
import { createBlenderProvider } from './blender-provider.ts';
import { blenderModel, rankerModel } from './functions.ts';

const ranker = new FakePairRanker({ name: 'longer', judge: ({ left, right }) => left.length - right.length });
const models = ['Short.', 'A longer answer.'].map((answer) => new FakeLanguageModel({ modelId: answer, answer }));

test('a registry has blends and rankers by name', async () => {
  await using provider = createBlenderProvider({
    models: { first: models[0] ?? '' },
    rankers: { longer: ranker },
    blends: { mine: { models, fusion: false }, alias: { models: ['first'] } },
    defaults: { ranker: 'longer' },
    showProgress: false,
  });
  const registry = createProviderRegistry({ blender: provider });
  const ask = (name: `blender:${string}`) => generateText({ model: registry.languageModel(name), prompt: 'Why?' });
  expect(await ask('blender:mine')).toMatchObject({ text: 'A longer answer.', reasoningText: undefined });
  expect(await ask('blender:alias')).toMatchObject({ text: 'Short.' });
  expect(registry.languageModel('blender:local')).toMatchObject({ provider: 'llm-blender', modelId: 'local' });
  const { rerankedDocuments } = await rerank({
    model: registry.rerankingModel('blender:longer'),
    query: 'Which is long?',
    documents: ['a', 'aa'],
  });
  expect(rerankedDocuments).toEqual(['aa', 'a']);
  expect(registry.rerankingModel('blender:small').modelId).toBe('small');
});

test('a name that there is not is an error that names what there is', () => {
  const provider = createBlenderProvider({ blends: { mine: { models } } });
  const noModel = { name: 'AI_NoSuchModelError' };
  expect(() => provider.languageModel('other')).toThrow(
    'No such blend: other. There are local, gemma-gemini, paper, mine.',
  );
  expect(() => provider.languageModel('constructor')).toThrow(expect.objectContaining(noModel));
  expect(() => provider.rerankingModel('no-such-ranker')).toThrow(expect.objectContaining(noModel));
  expect(() => provider.embeddingModel('mine')).toThrow(expect.objectContaining(noModel));
  expect(() => provider.imageModel('mine')).toThrow(expect.objectContaining(noModel));
  expect(() => createBlenderProvider({ blend: {} } as never)).toThrow('Did you mean blends?');
});

test('a custom provider takes the models themselves', async () => {
  const provider = customProvider({
    languageModels: { better: blenderModel({ models, ranker, fusion: false }) },
    rerankingModels: { longer: rankerModel(ranker) },
  });
  const { text } = await generateText({ model: provider.languageModel('better'), prompt: 'Why?' });
  expect(text).toBe('A longer answer.');
  expect(provider.rerankingModel('longer').modelId).toBe('longer');
});

test('what is disposed of answers no more', async () => {
  const provider = createBlenderProvider({ blends: { mine: { models } } });
  const model = provider.languageModel('mine');
  await provider.dispose();
  await expect(generateText({ model, prompt: 'Why?' })).rejects.toMatchObject({ name: 'DisposedError' });
});
