import { describe, expect, test } from 'vitest';
import { cleanFusion } from './clean-fusion.ts';

const MARK = '0123456789abcdef';
const FIRST = 'The sky is blue because of scattering.';
const SECOND = 'Short waves scatter more.\n\nSo it looks blue.';
const candidates = [FIRST, SECOND];
const GOOD = 'Short waves scatter more, so the sky is blue.';

const LABELS = {
  default: ['draft-1', 'draft-2', 'notes'],
  notebook: ['output-1', 'output-2'],
  paper: ['extra_id_0', 'extra_id_1'],
  own: ['answer-1', 'answer-2'],
} as const;

function clean(
  text: string,
  {
    labels = 'default',
    instruction = 'Why is the sky blue?',
  }: { labels?: keyof typeof LABELS; instruction?: string } = {},
) {
  return cleanFusion(text, {
    fences: { mark: MARK, labels: LABELS[labels] },
    task: { instruction, input: '' },
    candidates,
  });
}

const copy = (index: number, text = candidates[index - 1]) =>
  `<draft-${index} ${MARK} rank ${index}>\n${text}\n</draft-${index} ${MARK}>`;

describe('repaired', () => {
  test.each([
    ['wrapped in the next draft', `<draft-3 ${MARK}>\n${GOOD}\n</draft-3 ${MARK}>`, GOOD],
    ['wrapped with a rank', `<draft-1 ${MARK} rank 1, score 0.512>\n${GOOD}\n</draft-1 ${MARK}>`, GOOD],
    ['only the beginning', `<draft-1 ${MARK}>\n${GOOD}`, GOOD],
    ['only the end', `${GOOD}\n</draft-1 ${MARK}>`, GOOD],
    ['the end cut off', `${GOOD}\n</draft-1 ${MARK}`, GOOD],
    ['without the hash', `<draft-3>\n${GOOD}\n</draft-3>`, GOOD],
    ['with a wrong hash', `<draft-3 0123456789abcdee>\n${GOOD}\n</draft-3 0123456789abcdee>`, GOOD],
    ['a name of its own with the hash', `<final-answer ${MARK}>\n${GOOD}\n</final-answer ${MARK}>`, GOOD],
    ['escaped', `&lt;draft-3 ${MARK}&gt;\n${GOOD}\n&lt;/draft-3 ${MARK}&gt;`, GOOD],
    ['after copies', `${copy(1)}\n\n${copy(2)}\n\n${GOOD}`, GOOD],
    ['after copies, as a draft', `${copy(1)}\n${copy(2)}\n${copy(3, GOOD)}`, GOOD],
    ['after one copy that never ends', `<draft-1 ${MARK}>\n${FIRST}\n\n${GOOD}`, GOOD],
    ['a copy and nothing else', copy(2), SECOND],
    ['after the notes', `<notes ${MARK} on the drafts>\nAgreement:\n- Blue.\n</notes ${MARK}>\n\n${GOOD}`, GOOD],
    ['a label before it', `Draft 3:\n\n${GOOD}`, GOOD],
    ['a label before it on its line', `Draft 1: ${GOOD}`, GOOD],
    ['a bold label', `**Draft 3:**\n\n${GOOD}`, GOOD],
    ['a heading', `### Draft 3\n${GOOD}`, GOOD],
    ['a label with its rank', `Draft 1 (rank 1, score 0.5):\n${GOOD}`, GOOD],
    ['a label as it is', `draft-3:\n${GOOD}`, GOOD],
    ['labelled copies', `Draft 1:\n${FIRST}\n\nDraft 2:\n${SECOND}\n\n${GOOD}`, GOOD],
    ['the prompt begun again', `${GOOD}\n\nThe draft-2 ${MARK.slice(0, 12)}`, GOOD],
    ['talk of the drafts after it', `${GOOD}\n\nDraft 1 was used as the base.\nFrom draft-2 came the rest.`, GOOD],
    ['a label in brackets', `[Draft 1] ${GOOD}`, GOOD],
    ['a label in quotes', `"Draft 1": ${GOOD}`, GOOD],
    ['a numbered label', `1. Draft 1: ${GOOD}`, GOOD],
    ['an underlined label', `DRAFT 1\n=======\n${GOOD}`, GOOD],
    ['the first draft begun again', `${GOOD}\n\n${copy(1)}\n\n<draft-2 ${MARK}`, GOOD],
    [
      'drafts of its own after it',
      `${GOOD}\n\nThe draft-2 ${MARK}\n${GOOD} Again.\n\nThe draft-1 ${MARK}\n${GOOD} And again.`,
      GOOD,
    ],
    ['a letter', `Draft A: ${GOOD}`, GOOD],
    ['prose around it', `Here it is:\n\n<draft-3 ${MARK}>\n${GOOD}\n</draft-3 ${MARK}>`, `Here it is:\n\n${GOOD}`],
  ])('%s', (_, text, expected) => {
    expect(clean(text)).toBe(expected);
  });

  test.each([
    ['notebook', `<output-3 ${MARK}>\n${GOOD}\n</output-3 ${MARK}>`],
    ['notebook', `Output 1:\n${FIRST}\n\nOutput 2:\n${SECOND}\n\nOutput 3: ${GOOD}`],
    ['paper', `Candidate 2:\n<extra_id_2 ${MARK}>\n${GOOD}\n</extra_id_2 ${MARK}>`],
    ['paper', `<extra_id_0> ${GOOD}`],
    ['own', `<answer-3 ${MARK}>\n${GOOD}\n</answer-3 ${MARK}>`],
  ] as const)('%s: %j', (labels, text) => {
    expect(clean(text, { labels })).toBe(GOOD);
  });
});

test.each([
  'As draft-2 notes, short waves scatter more.',
  'According to Draft 1, the sky is blue. Draft 2 adds that short waves scatter more.',
  `Draft 1: It is blue.\nDraft 2: It scatters.`,
  `<draft-1 ${MARK}>\nIt is blue.\n</draft-1 ${MARK}>\n<draft-2 ${MARK}>\nIt scatters.\n</draft-2 ${MARK}>`,
  `The best is ${MARK}.`,
  `<draft-1 ${MARK}>\n</draft-1 ${MARK}>`,
])('rejected: %j', (text) => {
  expect(clean(text)).toBeUndefined();
});

test.each([
  GOOD,
  '',
  'The first draft of the law says that both drafts are combined.',
  'Draft a letter to the mayor.\n\nDraft the second one later.',
  '1. Draft\n2. Review\n3. Publish',
  '[1] Rayleigh, 1871. [2] Tyndall, 1869.',
  'Use <draft> elements, <notes> and <output id="output-1">.',
  'See <a href="/drafts/fedcba9876543210">this</a>.',
  'Answer 1: blue.\nAnswer 2: red.',
  'Output: blue.\n\nCandidate answers follow.',
  'sha256 0123456789abcde1 is a hash.',
])('left as it is: %j', (text) => {
  expect(clean(text)).toBe(text);
});

test.each([
  ['default', 'Compare draft 1 and draft 2 of my essay.', 'Draft 1: clear.\nDraft 2: long.'],
  ['default', 'Review <draft-1> of RFC 9.', 'In draft-1, the header is wrong.'],
  ['notebook', 'What does the program output?', 'Output 1: blue\nOutput 2: red'],
  ['paper', 'Who should be hired? Candidate 1 or candidate 2?', 'Candidate 1 has more experience than Candidate 2.'],
] as const)('%s: words of the task are no labels: %j', (labels, instruction, text) => {
  expect(clean(text, { labels, instruction })).toBe(text);
});
