import { expect, test } from 'vitest';
import type { RecordMessage } from '../records/index.ts';
import { InvalidArgumentError } from '../error/index.ts';
import { type PreferencePart, preferenceRows, type PreferenceRowsOptions } from './preference-rows.ts';
import type { RankedAnswers } from './ranked-answers.ts';

const user = (content: string): RecordMessage => ({ role: 'user', content });

/** Two answers, the first of which is the better by a logit of 2. */
function answersOf(given: Partial<RankedAnswers> = {}): RankedAnswers {
  return {
    id: 7,
    messages: [user('Q')],
    candidates: [{ text: 'good' }, { text: 'bad' }],
    ranks: [1, 2],
    scores: [1, -1],
    pair: { chosen: 0, rejected: 1, logit: 2 },
    ranker: 'r',
    hadMarkup: false,
    truncated: false,
    ...given,
  };
}

async function partsOf(
  answers: PreferenceRowsOptions['answers'],
  options: Omit<PreferenceRowsOptions, 'answers'> = { format: 'trl' },
): Promise<readonly PreferencePart[]> {
  const parts: PreferencePart[] = [];
  for await (const part of preferenceRows({ answers, ...options })) parts.push(part);
  return parts;
}

async function rowsOf(...args: Parameters<typeof partsOf>): Promise<readonly unknown[]> {
  return (await partsOf(...args)).flatMap((part) => (part.type === 'row' ? [part.row] : []));
}

const SURE = { chosen_probability: 0.880797 };
const CONVERSATION = [{ role: 'system' as const, content: 'Be kind.' }, user('Q')];
const good = { role: 'assistant', content: 'good' };
const bad = { role: 'assistant', content: 'bad' };

test.each([
  ['trl', {}, [{ id: '7', prompt: 'Q', chosen: 'good', rejected: 'bad', ...SURE }]],
  ['trl', { margin: true }, [{ id: '7', prompt: 'Q', chosen: 'good', rejected: 'bad', ...SURE, margin: 2 }]],
  ['trl', { messages: true }, [{ id: '7', prompt: [user('Q')], chosen: [good], rejected: [bad], ...SURE }]],
  ['trl-implicit', {}, [{ id: '7', chosen: 'Q\n\ngood', rejected: 'Q\n\nbad', ...SURE }]],
  ['trl-implicit', { messages: true }, [{ id: '7', chosen: [user('Q'), good], rejected: [user('Q'), bad], ...SURE }]],
  ['conversational', {}, [{ id: '7', prompt: [user('Q')], chosen: [good], rejected: [bad], ...SURE }]],
  [
    'kto',
    {},
    [
      { id: '7', prompt: 'Q', completion: 'good', label: true, ...SURE },
      { id: '7', prompt: 'Q', completion: 'bad', label: false, ...SURE },
    ],
  ],
  [
    'kto',
    { messages: true },
    [
      { id: '7', prompt: [user('Q')], completion: [good], label: true, ...SURE },
      { id: '7', prompt: [user('Q')], completion: [bad], label: false, ...SURE },
    ],
  ],
  [
    'snorkel',
    {},
    [
      {
        prompt_id: '7',
        prompt: 'Q',
        chosen: [user('Q'), good],
        rejected: [user('Q'), bad],
        all_generated_responses: ['good', 'bad'],
        all_rm_scores: [1, -1],
        ...SURE,
      },
    ],
  ],
] as const)('the rows of %s %j', async (format, settings, expected) => {
  expect(await rowsOf([answersOf()], { format, ...settings })).toEqual(expected);
});

test('a system message and several turns go into messages, and into no text', async () => {
  const answers = [answersOf({ messages: CONVERSATION })];
  const reasons = async (format: 'trl' | 'kto', messages: boolean) =>
    (await partsOf(answers, { format, messages })).flatMap((part) => (part.type === 'excluded' ? [part.reason] : []));
  expect(await reasons('trl', false)).toEqual(['needs-messages']);
  expect(await reasons('kto', false)).toEqual(['needs-messages']);
  expect(await reasons('kto', true)).toEqual([]);
  expect(await rowsOf(answers, { format: 'conversational' })).toMatchObject([{ prompt: CONVERSATION }]);
  expect(await rowsOf(answers, { format: 'snorkel' })).toMatchObject([
    { prompt: 'Q', chosen: [...CONVERSATION, good] },
  ]);
});

test('half of a character is replaced, since no reader of Python takes it', async () => {
  const half = answersOf({
    id: 'x\ud83d',
    messages: [user('Q\ud83d')],
    candidates: [{ text: 'good \ud83d' }, { text: 'bad' }],
  });
  expect(await rowsOf([half])).toMatchObject([{ id: 'x�', prompt: 'Q�', chosen: 'good �' }]);
  for (const format of ['trl', 'trl-implicit', 'conversational', 'kto', 'snorkel'] as const) {
    expect(JSON.stringify(await rowsOf([half], { format }))).not.toContain(String.raw`\ud83d`);
  }
});

const words = (count: number) => Array.from({ length: count }, (_, index) => `w${index}`).join(' ');

test.each([
  ['too-few', { candidates: [{ text: 'same' }, { text: ' same ' }] }, {}],
  ['too-few', { candidates: [{ text: 'one' }, { text: ' ' }] }, {}],
  ['tie', { pair: null }, {}],
  ['tie', { pair: { chosen: 0, rejected: 1, logit: 0 } }, {}],
  ['no-opinion', { pair: { chosen: 0, rejected: 1, logit: null } }, {}],
  ['near-identical', { candidates: [{ text: 'The sky.' }, { text: '**the sky**' }] }, {}],
  ['near-identical', { candidates: [{ text: words(50) }, { text: `${words(50)} more` }] }, {}],
  ['near-identical', { candidates: [{ text: 'a b c' }, { text: 'a b d' }] }, { maxSimilarity: 0.5 }],
  ['contradicted', { pair: { chosen: 0, rejected: 1, logit: -0.1 } }, {}],
  ['low-confidence', {}, { minProbability: 0.9 }],
  ['cut', { candidates: [{ text: 'good', cut: true }, { text: 'bad' }] }, {}],
  ['length-ratio', {}, { maxLengthRatio: 1.2 }],
] as const)('%s: no pair', async (reason, given, filters) => {
  const parts = await partsOf([answersOf(given)], { format: 'trl', ...filters });
  expect(parts[0]).toEqual({ type: 'excluded', id: 7, reason });
  expect(parts[1]).toMatchObject({ summary: { questions: 1, pairs: 0, excluded: { [reason]: 1 } } });
});

test('what is just good enough stays', async () => {
  expect(await rowsOf([answersOf()], { format: 'trl', minProbability: 0.88, maxLengthRatio: 4 / 3 })).toHaveLength(1);
  const cut = answersOf({ candidates: [{ text: 'good' }, { text: 'bad', cut: true }] });
  expect(await rowsOf([cut])).toHaveLength(1);
});

test.each([
  [{ format: 'dpo' as 'trl' }, 'format'],
  [{ format: 'trl', minProbability: 0.4 }, 'minProbability'],
  [{ format: 'trl', minProbability: 1 }, 'minProbability'],
  [{ format: 'trl', maxSimilarity: 0 }, 'maxSimilarity'],
  [{ format: 'trl', maxLengthRatio: 0 }, 'maxLengthRatio'],
  [{ format: 'trl', testShare: 1 }, 'testShare'],
] as const)('%j is refused', async (options, parameter) => {
  await expect(partsOf([], options)).rejects.toMatchObject({ name: 'InvalidArgumentError', parameter });
  await expect(partsOf([], options)).rejects.toBeInstanceOf(InvalidArgumentError);
});

test('the same question is never in both parts, however it is written, and stays where it is', async () => {
  const questions = Array.from({ length: 200 }, (_, index) => `Question ${index}?`);
  const versions = questions.flatMap((question) => [
    [user(question)],
    [user(`  ${question.toUpperCase()}\n`)],
    [{ role: 'system' as const, content: 'Be brief.' }, user(question)],
  ]);
  const splits = async (testShare: number) =>
    (
      await partsOf(
        versions.map((messages) => answersOf({ messages })),
        { format: 'conversational', testShare },
      )
    ).flatMap((part) => (part.type === 'row' ? [part.split] : []));
  const tenth = await splits(0.1);
  for (let index = 0; index < tenth.length; index += 3) {
    expect(new Set(tenth.slice(index, index + 3)).size).toBe(1);
  }
  const tests = tenth.filter((split) => split === 'test').length / 3;
  expect(tests).toBeGreaterThan(8);
  expect(tests).toBeLessThan(36);
  // A larger share adds questions, and moves none back.
  const half = await splits(0.5);
  expect(tenth.every((split, index) => split === 'train' || half[index] === 'test')).toBe(true);
  expect(await splits(0)).not.toContain('test');
});

test('kto: neighbours are answers to different questions, also within each part', async () => {
  const answers = Array.from({ length: 40 }, (_, index) => answersOf({ id: index, messages: [user(`Q${index}`)] }));
  const parts = await partsOf(answers, { format: 'kto', testShare: 0.3 });
  for (const split of ['train', 'test'] as const) {
    const rows = parts.flatMap((part) => (part.type === 'row' && part.split === split ? [part.row] : []));
    expect(rows.length).toBeGreaterThan(4);
    expect(rows.filter(({ label }) => label === true)).toHaveLength(rows.length / 2);
    // A trainer takes batches of an even number, and pairs each row with the one before, the first with the last.
    for (let start = 0; start < rows.length; start += 4) {
      const batch = rows.slice(start, start + 4);
      // Rows of one question alone are what is left at the end of a small part.
      if (batch.length < 4) continue;
      for (const [index, row] of batch.entries()) expect(batch.at(index - 1)?.['prompt']).not.toBe(row['prompt']);
    }
  }
});

test('the summary counts everything once', async () => {
  const parts = await partsOf(
    [
      answersOf({
        hadMarkup: true,
        candidates: [
          { text: 'good', model: 'a' },
          { text: 'bad', model: 'b' },
        ],
      }),
      answersOf({
        truncated: true,
        candidates: [
          { text: 'short', model: 'a' },
          { text: 'long bad', model: 'a' },
        ],
      }),
      answersOf({ pair: null }),
      { id: 'x', exclusion: 'failed' },
      { id: undefined, exclusion: 'failed' },
    ],
    { format: 'trl' },
  );
  expect(parts.at(-1)).toEqual({
    type: 'preferences-end',
    summary: {
      questions: 5,
      pairs: 2,
      splits: { train: 2, test: 0 },
      excluded: { tie: 1, failed: 2 },
      rankers: ['r'],
      withMarkup: 1,
      truncated: 1,
      length: { chosenLonger: 1, equal: 0, meanChosen: 4.5, meanRejected: 5.5 },
      meanProbability: expect.closeTo(0.880797, 6),
      models: { a: { chosen: 2, rejected: 1 }, b: { chosen: 0, rejected: 1 } },
    },
  });
});
