import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Verdict } from '../../../spec/pair-ranker.ts';
import { createRandom } from '../../../util/random.ts';
import { BASIC_NONE, BASICS } from './__fixtures__/verdict-basics.ts';
import { CHOICES, JSON_VERDICTS, LABELS, SCORES } from './__fixtures__/verdict-forms.ts';
import { LANGUAGES } from './__fixtures__/verdict-languages.ts';
import { MIXED, MIXED_NONE } from './__fixtures__/verdict-mixed.ts';
import { NO_VERDICT } from './__fixtures__/verdict-none.ts';
import { REASONED, STATEMENTS } from './__fixtures__/verdict-prose.ts';
import type { VerdictReplies } from './__fixtures__/verdict-replies.ts';
import { parseVerdict } from './parse-verdict.ts';

/** What judges write, by what it means. Ours, none of it from a data set. */
const TABLES: Readonly<Record<string, VerdictReplies>> = {
  basics: BASICS,
  choices: CHOICES,
  labels: LABELS,
  JSON: JSON_VERDICTS,
  scores: SCORES,
  statements: STATEMENTS,
  reasoned: REASONED,
  'other languages': LANGUAGES,
  mixed: MIXED,
};

const CASES = Object.entries(TABLES).flatMap(([table, replies]) =>
  Object.entries(replies).map(([verdict, texts]) => ({ table, verdict: verdict as Verdict, texts })),
);

describe.each(CASES)('$table: $verdict', ({ verdict, texts }) => {
  test.each(texts)('%j', (reply) => {
    expect(parseVerdict(reply)).toBe(verdict);
  });
});

describe.each(Object.entries({ ...NO_VERDICT, basics: BASIC_NONE, mixed: MIXED_NONE }))(
  'no verdict: %s',
  (_, replies) => {
    test.each(replies)('%j', (reply) => {
      expect(parseVerdict(reply)).toBeUndefined();
    });
  },
);

/** Real replies with the side that a parser of their own recorded; they are not part of the repository. */
const TRANSCRIPTS = new URL('../../../../../shared/data/judge-transcripts.jsonl', import.meta.url);

interface Transcript {
  readonly order: 'a,b' | 'b,a';
  readonly raw_output: string;
  /** The candidate, not the side. */
  readonly parsed_winner: '1' | '2' | null;
}

test.skipIf(!existsSync(TRANSCRIPTS))(
  'agrees with what was recorded for real judges, save where the record contradicts the words (skipped without the transcripts)',
  () => {
    const transcripts = readFileSync(TRANSCRIPTS, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Transcript);
    const compared = transcripts.map(({ order, raw_output, parsed_winner }) => {
      const verdict = parseVerdict(raw_output);
      const first = order === 'a,b' ? '1' : '2';
      const second = order === 'a,b' ? '2' : '1';
      const winner = verdict === 'left' ? first : verdict === 'right' ? second : null;
      return { raw_output, verdict, winner, recorded: parsed_winner };
    });
    const agreed = compared.filter(({ winner, recorded }) => winner === recorded).length;
    expect(agreed / transcripts.length).toBeGreaterThanOrEqual(0.995);
    const otherSide = compared.filter(({ winner, recorded }) => winner !== null && winner !== recorded);
    // The record names the other side where the reply opens or closes with "Output (b) is better" and nothing else.
    for (const { raw_output } of otherSide)
      expect(raw_output).toMatch(/^Output \(b\) is better\.|(?:Therefore, )Output \(b\) is better\.$/);
    expect(otherSide.length).toBeLessThanOrEqual(8);
  },
);

test('never throws on 100,000 random and mutated replies, and answers one of the five', () => {
  const random = createRandom(1);
  const answers = new Set<string | undefined>([undefined, 'left', 'right', 'both-good', 'both-bad']);
  const pick = <ITEM>(items: readonly ITEM[]): ITEM => items[Math.floor(random.uniform() * items.length)] as ITEM;
  const replies = [...CASES.flatMap(({ texts }) => texts), ...Object.values(NO_VERDICT).flat()];
  const noise = [
    ...'AB12ab()[]{}<>"\'*#_.,:;!?-/\\ \n\t\0é世界가\u200b\ud800',
    '<think>',
    '</think>',
    'is better',
    '[[',
    ' not ',
  ];
  const others: unknown[] = [];
  for (let round = 0; round < 100_000; round++) {
    let text = round % 4 === 0 ? '' : pick(replies);
    for (let edit = 0; edit < 4; edit++) {
      const at = Math.floor(random.uniform() * (text.length + 1));
      const other = pick(replies);
      const insert = round % 3 === 0 ? other : pick(noise) + pick(noise);
      text = text.slice(0, at) + insert + text.slice(at + Math.floor(random.uniform() * 3));
    }
    const verdict = parseVerdict(text);
    if (!answers.has(verdict)) others.push([text, verdict]);
  }
  expect(others).toEqual([]);
}, 180_000);

test.each([
  ['words', 'word '],
  ['brackets', '['],
  ['labels', 'winner: '],
  ['claims', 'A is better than B, '],
  ['thoughts', '<think>'],
  ['lines', 'Output (a)\n'],
  ['sentences', 'A is better. '],
  ['scores', 'A: 8 B: 7 '],
  ['spaces', ' '],
  ['quotes', '"'],
  ['letters', 'a'],
  ['han', '更好'],
])('takes time in proportion to the length: a megabyte of %s', (_, piece) => {
  const time = (length: number) => {
    const text = piece.repeat(Math.ceil(length / piece.length));
    const start = performance.now();
    parseVerdict(text);
    return performance.now() - start;
  };
  time(125_000);
  // Eight times the length; the square of that is 64. A busy machine may be slow once, and not every time.
  let ratio = Infinity;
  for (let attempt = 0; attempt < 5 && ratio >= 32; attempt++) ratio = time(1_000_000) / time(125_000);
  expect(ratio).toBeLessThan(32);
});
