import { afterAll, expect, test } from 'vitest';
import { createBlender, FUSION_PROMPTS } from '../../src/index.ts';
import { namesOf } from '../../src/util/choices.ts';

const model = `local/${process.env['LLM_BLENDER_TEST_MODEL']}`;
const blender = createBlender();
const prompt = 'Name the capital of France.';
const candidates = ['The capital of France is Paris.', 'Paris is the capital. It lies on the river Seine.'];

afterAll(() => blender.dispose());

test.each(namesOf(FUSION_PROMPTS))(
  'the %s prompt fuses',
  async (fusionPrompt) => {
    const deltas: string[] = [];
    const { text, truncated, usage } = await blender.fuse({
      prompt,
      candidates,
      fuser: model,
      fusionPrompt,
      maxOutputTokens: 24,
      onDelta: (delta) => deltas.push(delta),
      onRestart: () => deltas.splice(0),
    });
    expect(text).toContain('Paris');
    expect(text).not.toMatch(/draft-|output-|extra_id/);
    expect(deltas.length).toBeGreaterThan(0);
    expect(deltas.join('').trim()).toBe(text);
    expect(truncated).toBe(false);
    expect(usage).toMatchObject({ calls: 1, cost: 0 });
  },
  120_000,
);

test('a model held to a form analyses, however small it is, and then fuses', async () => {
  const outcomes: unknown[] = [];
  const { text, analysis, failures, usage } = await blender.fuse({
    prompt,
    candidates,
    fuser: model,
    analysis: true,
    // A small context keeps the analysis short: it may take a quarter of it.
    contextTokens: 1000,
    maxOutputTokens: 24,
    onAnalysis: (outcome) => outcomes.push(outcome),
  });
  expect(failures).toEqual([]);
  expect(Object.keys(analysis ?? {})).toEqual(['agreement', 'contradictions', 'uniquePoints', 'blindSpots']);
  expect(outcomes).toEqual([{ analysis, failure: undefined }]);
  expect(text).not.toBe('');
  expect(usage).toMatchObject({ calls: 2, cost: 0 });
}, 180_000);

test('long candidates are fitted to the context by the tokens of the model itself', async () => {
  const long = `HEAD. ${'It has a river and a tower. '.repeat(1200)}TAIL.`;
  const { text, truncated, usage } = await blender.fuse({
    prompt,
    candidates: [long, long.replaceAll('river', 'museum'), 'Paris.'],
    fuser: { model, maxOutputTokens: 8 },
    fusionPrompt: 'paper',
    contextTokens: 700,
  });
  expect(truncated).toBe(true);
  expect(text).not.toBe('');
  expect(usage.inputTokens).toBeGreaterThan(560);
  expect(usage.inputTokens).toBeLessThanOrEqual(700 - 8);
}, 120_000);
