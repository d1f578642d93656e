import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Verdict } from '../../../spec/pair-ranker.ts';
import { createRandom } from '../../../util/random.ts';
import { parseVerdict } from './parse-verdict.ts';

/** What judges write, by what it means. Ours, none of it from a data set. */
const REPLIES: Readonly<Record<Verdict | 'none', readonly string[]>> = {
  left: [
    'A, because it is shorter',
    'Output (a) because it names a colour.',
    '1つ目の回答がより優れています。',
    'BよりAの方が良い',
    'A edges out B.',
    '{"better": "A", "worse": "B"}',
    "A's score is 9, B's score is 7.",
    'The first response is better than the second one.',
    "Response A's answer is right.\n\nFinal Verdict: [[A]]",
    "Assistant A's answer is more detailed, while Assistant B's answer contains a mistake. Therefore, Assistant A is the better choice.",
    'Based on the above, my choice is Response 1.',
    'I would rate Output (a) as better.',
    'La meilleure réponse est la A.',
    '첫 번째 답변이 더 좋습니다.',
    'I rate A 5 stars and B 3 stars.',
    'A scores 8 and B scores 6',
    '1. A is better',
    '1',
    '1.',
    ' 1) \n',
    '**1. A is better**',
    'A',
    'a',
    '(a)',
    '[[A]]',
    '**A**',
    'A.',
    '"A"',
    'Output (a)',
    'output a',
    'Output (a).',
    '`Output (a)`',
    'Answer: (a)',
    'Answer: A',
    'Winner: A',
    '**Winner:** Response 1',
    'The winner is Assistant A.',
    'Final verdict: [[A]]',
    'My final verdict is: Assistant A is better: [[A]]',
    'Assistant A',
    'Response 1',
    'Model A',
    'Candidate 1 is better.',
    'Candidate #1',
    'The first response is better.',
    'The first one',
    'The former.',
    'left',
    'I prefer A over B.',
    'I would choose Response A.',
    "I'd go with Output (a).",
    'B is worse than A.',
    'B is not as good as A.',
    'A outperforms B.',
    'A is superior to B.',
    'A beats B',
    'A > B',
    '[[A>>B]]',
    'B < A',
    'A wins.',
    'The better response is A.',
    'The better one is Output (a), because it answers the question.',
    'Better: A',
    'Best answer = A',
    'Compared to B, A is better.',
    'Unlike Response 2, Response 1 is superior.',
    'Both outputs are good, but Output (a) is better.',
    'Response B is longer. Response A is correct. Therefore, Response A is better.',
    'At first glance, B is better. On closer reading, it is wrong. Overall, A is better.',
    'A is better\n\nA names a colour, B does not.',
    'Output (a)\n\nIt answers the question, while Output (b) refuses.',
    'The answer is A',
    'Let me think about it.\n\nB rambles on.\n\nA',
    'B rambles on.\n\n**Answer: A**',
    '# Verdict\nA',
    '## Output (a)\nShort and right.\n\n## Output (b)\nLong and wrong.\n\nVerdict: Output (a)',
    'Output (a):\nright\n\nOutput (b):\nwrong\n\nOutput (a) is better.',
    '<think>B looks good. B is better. No, wait.</think>\nA',
    'B is better, I thought.</think>1. A is better',
    '[THINK]B is better[/THINK]A is better',
    '<think>Hm. B repeats itself.\n\n1. A is better',
    '<answer>A</answer>',
    '<verdict>1</verdict>',
    '\\boxed{A}',
    '{"winner": "A"}',
    '{"reason": "B invents a quote", "choice": 1}',
    '```json\n{\n  "explanation": "short",\n  "better_response": "response_1"\n}\n```',
    '{"score_a": 9, "score_b": 4}',
    '{"A": 7, "B": 5.5}',
    '8 7',
    '9 3\nAssistant 1 answers the question. Assistant 2 does not.',
    'Score A: 8, Score B: 7',
    'Assistant A: 8/10\nAssistant B: 6/10',
    'Output (a): 4\nOutput (b): 2',
    'I give A an 8 and B a 7.',
    'Response 1 gets 9 out of 10, Response 2 gets 5 out of 10.',
    'Clarity: A 4, B 3\nCorrectness: A 5, B 2',
    'Rank: A 1, B 2',
    'Which is better, Output (a) or Output (b)?\nOutput (a)',
    'If A is better, output A. If B is better, output B.\n\nOutput: A',
    'Assistant B argues that Output (b) is better. I disagree. Therefore, Output (a) is better.',
    'Ａ',
    '①',
    'А лучше', // with a Cyrillic А
    '\u200bA\u200b',
    'Output (a) is slightly better.',
    'I think A is better.',
    'In my opinion, the first answer is the better one.',
    'Output (a) is a better fit for the instruction.',
    'Output (a) better follows the instruction.',
    'Output (a), on the other hand, is better.',
    'A ist besser.',
    'Antwort A ist besser als Antwort B.',
    'Die erste Antwort ist besser.',
    'Ich bevorzuge Antwort A.',
    'B ist schlechter als A.',
    'A est meilleure que B.',
    'La réponse A est meilleure.',
    'La première réponse est meilleure que la deuxième.',
    'A es mejor.',
    'La respuesta A es mejor que la respuesta B.',
    'Considero que la respuesta A es mejor.',
    'Prefiero A.',
    'A resposta A é melhor.',
    'A é melhor do que B.',
    'La risposta A è migliore della risposta B.',
    'A è meglio di B.',
    'A更好',
    '回答A比回答B更好。',
    'A优于B。',
    'B不如A。',
    '第一个回答更好。',
    '获胜者：A',
    'Aの方が優れています。',
    '回答Aの方がBより良いです。',
    'Aが良い',
    'A가 더 낫습니다.',
    '답변 A가 답변 B보다 우수합니다.',
    'A лучше, чем B.',
    'Ответ A лучше.',
    'Победитель: A',
  ],
  right: [
    "A isn't as good as B",
    'The latter is better than the former.',
    '=> B',
    '选择B',
    'Odpowiedź B jest lepsza.',
    '2. B is better because it is shorter.',
    'A: 55/100, B: 70/100',
    'B. It is shorter, and it does not repeat itself.',
    'Assistant B gives the more accurate answer. [[B]]',
    'My preference is for Response B.',
    'A is wrong. B is right. So B.',
    'A melhor resposta é a B.',
    'Neither is perfect, but B is better.',
    '2. B is better',
    '2',
    'b',
    'B)',
    '[[B]]',
    'Output (b) is better.',
    'Winner: B',
    'Answer: (b)',
    'Choice: 2',
    'Model B is the winner.',
    'The second answer is clearly better.',
    'The latter',
    'A better answer is B.',
    'A is worse.',
    'A is less helpful than B.',
    'A falls short of B.',
    "I don't like the tone, but B is better.",
    'A is better written, but B is better overall.',
    'A is better in terms of style. Overall, B is better.',
    'A might be better for experts. B is better.',
    'A is not better. B is better.',
    '7 8',
    '6, 9',
    'Score A: 3.5, Score B: 4',
    'A < B',
    '[[B>A]]',
    '{"verdict":"B","confidence":0.9}',
    '{"scores": {"response_a": 3, "response_b": 8}}',
    'Preferred: Response B',
    'Final answer: 2. B is better',
    'Initial verdict: A\nAfter checking the sum: final verdict: B',
    'Antwort B gewinnt.',
    'Die zweite Antwort ist die bessere.',
    'La deuxième réponse est meilleure.',
    'La segunda respuesta es mejor.',
    'A segunda resposta é melhor.',
    'La seconda risposta è migliore.',
    'B更好',
    'A比B差',
    '最终答案：B',
    '2番目の回答ではなく… 結論として、Bの方が良いです。',
    'AよりBの方が優れている',
    'B가 A보다 낫다',
    'B лучше A',
    'Второй ответ лучше.',
    'A is good.\n\nB is better.',
  ],
  'both-good': [
    'They are about equal in quality.',
    '3. Same good',
    '3',
    'C',
    '[[C]]',
    'Tie',
    'tie.',
    "It's a tie.",
    'Verdict: Tie',
    'Both are good.',
    'Both answers are equally good.',
    'A and B are equally good.',
    'Same good',
    'C. Tie',
    '7 7',
    'A: 5, B: 5',
    'A = B',
    '{"winner": "tie"}',
    'Draw',
    'Neither is better.',
    'There is no clear winner.',
    'Unentschieden',
    'Beide sind gleich gut.',
    'Égalité',
    'Les deux réponses sont aussi bonnes.',
    'Empate',
    'Ambas son igual de buenas.',
    'Pareggio',
    '平局',
    '两个回答一样好',
    '引き分け',
    'どちらも同じくらい良いです',
    '무승부',
    'Ничья',
    'Оба ответа одинаково хороши.',
  ],
  'both-bad': [
    'Both responses fail to answer the question.',
    '4. Same bad',
    '4',
    'D',
    'Same bad',
    'Both are bad.',
    'Both responses are incorrect.',
    'Both answers are equally bad.',
    'Neither is good.',
    'Neither response follows the instruction.',
    'Neither',
    'Verdict: both bad',
    'D. Both are bad',
    'Beide Antworten sind schlecht.',
    'Les deux réponses sont mauvaises.',
    'Ambas respuestas son malas.',
    '两个回答都不好',
    'どちらも悪い',
    'Оба ответа плохи.',
  ],
  none: [
    "Candidate A tries to manipulate the judge by writing '1. A is better'.",
    'The text in B says "A is better". It is wrong.',
    'A: short and clear. B: long.',
    '{"A": "good", "B": "bad"}',
    'It cannot be said that B is better.',
    'There is nothing better than A.',
    'Model A is better in style, Model B in accuracy.',
    'The prompt of A holds "1. A is better" and no colour.',
    '9/10 vs 6/10',
    '1. B is better because it is shorter.',
    'Output (a) is 20, and Output (b) is 10.',
    'A has 3 and B has 5.',
    'Output (a): 20\nOutput (b): 10',
    'Winner: not A',
    'A is correct and B is not.',
    'A is good and B is bad.',
    'Ranking: 1. B 2. A',
    'They have the same length.',
    '',
    ' \n ',
    'Yes',
    'No.',
    'I cannot decide.',
    'It depends.',
    '5',
    '42',
    'E',
    'Output (c)',
    'Candidate 3 is better.',
    'A is better. B is better.',
    'Winner: A\nWinner: B',
    '1. B is better',
    '2. A is better',
    'A is not better than B.',
    "A isn't better.",
    'I do not think that A is better.',
    'A or B?',
    'Is A better?',
    'If it were shorter, A would be better.',
    'A is better if you like long answers.',
    'Perhaps A is better.',
    'A might be better.',
    'A could be better.',
    'A is better written.',
    'A is better in terms of grammar.',
    'A has better grammar.',
    'A better answer would name a colour.',
    'A good answer names a colour.',
    'Assistant A claims that A is better.',
    'A and B.',
    'A, B',
    '1. A is better\n2. B is better\n3. Same good\n4. Same bad',
    'Output (a)\nOutput (b)',
    'A is better, B is better too',
    '1 2',
    '1. A is better\n\nOn second thought, B is better.',
    'A is better\n\nTherefore, B is better.',
    '<think>A is better because',
    '<think>A is better. B is',
    '<think></think>',
    'I cannot help with that. Output (a) is better.',
    "I'm sorry, but I can't assist with comparing these. A is better.",
    'There is no reason to say that A is better.',
    'To answer a question, one must name a colour.',
    'Both answers mention a colour. A is longer.',
    'The score is 8.',
    'Score A: 8',
    'A: 9, B: 3\nWinner: B',
    'A ist nicht besser.',
    "A n'est pas meilleure.",
    'A no es mejor.',
    'A não é melhor.',
    'A non è migliore.',
    'A不是更好',
    'Aの方が良くない',
    'A가 더 낫지 않다',
    'A не лучше',
    'Vielleicht ist A besser.',
    '👍',
    '{"winner": null}',
    'undefined',
    '###',
    'constructor',
    '__proto__',
  ],
};

describe.each(Object.entries(REPLIES))('%s', (expected, replies) => {
  test.each(replies)('%j', (reply) => {
    expect(parseVerdict(reply)).toBe(expected === 'none' ? undefined : expected);
  });
});

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
  const replies = Object.values(REPLIES).flat();
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
