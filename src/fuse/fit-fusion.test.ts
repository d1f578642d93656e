import { expect, test } from 'vitest';
import { splitBlocks } from '../util/text-blocks.ts';
import { createRandom } from '../util/random.ts';
import { estimateTokens } from '../util/estimate-tokens.ts';
import { fitFusion } from './fit-fusion.ts';
import { type FusionParts, type FusionPromptFunction } from './fusion-material.ts';
import { resolvePrompt } from './prompt/resolve-prompt.ts';

/** A tokenizer of words, as different from the estimate as can be. */
const words = (text: string) => text.match(/\w+|[^\w\s]/g)?.length ?? 0;

const PROMPTS: readonly FusionPromptFunction[] = [
  resolvePrompt('default'),
  resolvePrompt('paper'),
  resolvePrompt('notebook'),
  // One that says everything twice.
  ({ task, candidates, fence }) =>
    [1, 2]
      .flatMap((round) => candidates.map(({ text }, index) => fence(`text-${round}-${index}`, text)))
      .concat(task.instruction, task.input)
      .join('\n'),
];

test('for any lengths and contexts: it fits, the instruction is whole, each text keeps head and tail', () => {
  const random = createRandom(7);
  const below = (limit: number) => Math.floor(random.uniform() * limit);
  const text = (most: number) => {
    const body = ['word ', 'A sentence of words. ', '- item\n', '漢字', '```\ncode\n```\n\n'][below(5)] ?? '';
    return `HEAD ${body.repeat(below(most))} TAIL`;
  };
  let cut = 0;
  let refused = 0;
  for (let round = 0; round < 80; round++) {
    const measure = below(2) === 0 ? words : estimateTokens;
    const parts: FusionParts = {
      task: { instruction: `ASK ${'why '.repeat(below(200))}END`, input: below(2) === 0 ? '' : text(2000) },
      candidates: Array.from({ length: 1 + below(6) }, () => ({ text: text(3000), rank: undefined, score: undefined })),
      bestFirst: true,
      analysis:
        below(2) === 0 ? undefined : { agreement: ['NOTED'], contradictions: [], uniquePoints: [], blindSpots: [] },
    };
    const tokens = 256 + below(8000);
    const outputTokens = below(1000);
    const prompt = PROMPTS[below(PROMPTS.length)];
    const fit = () =>
      fitFusion(prompt ?? resolvePrompt(), parts, {
        context: { tokens, guessed: false, measure },
        outputTokens,
        model: 'm',
      });
    const least = measure(parts.task.instruction) + 34 * 2 * 7 + 400 + 64 + Math.min(outputTokens, tokens / 2);
    let fitted;
    try {
      fitted = fit();
    } catch (error) {
      expect(error).toMatchObject({ name: 'ContextExceededError', contextTokens: tokens });
      expect(least).toBeGreaterThan(tokens);
      refused += 1;
      continue;
    }
    expect(measure(fitted.text)).toBeLessThanOrEqual(tokens - Math.min(outputTokens, Math.floor(tokens / 2)));
    expect(fitted.text).toContain(parts.task.instruction);
    const copies = prompt === PROMPTS[3] ? 2 : 1;
    const expected = parts.candidates.length * copies + (parts.task.input === '' ? 0 : 1);
    expect(fitted.text.match(/HEAD/g)).toHaveLength(expected);
    expect(fitted.text.match(/TAIL/g)).toHaveLength(expected);
    if (fitted.truncated) cut += 1;
    else for (const candidate of parts.candidates) expect(fitted.text).toContain(candidate.text);
  }
  // Both happened often enough to mean something.
  expect(cut).toBeGreaterThan(40);
  expect(refused).toBeGreaterThan(2);
});

const candidate = (text: string) => ({ text, rank: undefined, score: undefined });

test('the shares are fair: what short candidates leave over goes to the long ones', () => {
  const long = (name: string) => `${name} ${'word '.repeat(5000)}`;
  const { text, truncated } = fitFusion(
    resolvePrompt(),
    {
      task: { instruction: 'Q', input: '' },
      candidates: [candidate(long('one')), candidate('short and whole'), candidate(long('two'))],
      bestFirst: true,
      analysis: undefined,
    },
    { context: { tokens: 2000, guessed: false, measure: words }, outputTokens: 100, model: 'm' },
  );
  expect(truncated).toBe(true);
  expect(text).toContain('short and whole');
  const [one = 0, , two = 0] = [...text.matchAll(/<draft-\d \w+>\n([^]*?)\n<\/draft/g)].map(([, body = '']) =>
    words(body),
  );
  expect(Math.abs(one - two)).toBeLessThan(20);
  expect(one + two).toBeGreaterThan(1400);
});

test('blocks of code stay whole where the prose around them can give way', () => {
  const code = `\`\`\`js\n${'call();\n'.repeat(20)}\`\`\``;
  const { text } = fitFusion(
    resolvePrompt(),
    {
      task: { instruction: 'Q', input: '' },
      candidates: [candidate(`${'Some words here. '.repeat(60)}\n\n${code}\n\n${'More words there. '.repeat(200)}`)],
      bestFirst: true,
      analysis: undefined,
    },
    { context: { tokens: 1000, guessed: false, measure: words }, outputTokens: 100, model: 'm' },
  );
  expect(text).toContain(code);
  expect(splitBlocks(text).filter(({ kind }) => kind === 'code')).toHaveLength(1);
});

test('a guessed context grows with the task, a known one refuses with both numbers', () => {
  const parts: FusionParts = {
    task: { instruction: 'why '.repeat(30_000), input: '' },
    candidates: [candidate('yes '.repeat(50_000)), candidate('no')],
    bestFirst: true,
    analysis: undefined,
  };
  const fit = (guessed: boolean) =>
    fitFusion(resolvePrompt(), parts, {
      context: { tokens: 16_384, guessed, measure: estimateTokens },
      outputTokens: 512,
      model: 'fake/model',
    });
  expect(fit(true).text).toContain(parts.task.instruction);
  expect(() => fit(false)).toThrow(/^The input takes 40\d{3} tokens, but fake\/model holds 16384 for input and output/);
});
