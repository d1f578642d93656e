import { describe, expect, test } from 'vitest';
import { createRandom } from '../../util/random.ts';
import { ReasoningSplitter, splitReasoning } from './reasoning-splitter.ts';

/** What a listener makes of the pieces. */
function listen(pieces: readonly string[]) {
  const heard = { text: '', reasoning: '', restarts: 0 };
  const splitter = new ReasoningSplitter({
    onText: (delta) => (heard.text += delta),
    onReasoning: (delta) => (heard.reasoning += delta),
    onRestart: () => {
      heard.restarts += 1;
      heard.reasoning += `${heard.reasoning === '' ? '' : '\n\n'}${heard.text}`;
      heard.text = '';
    },
  });
  for (const piece of pieces) splitter.push(piece);
  splitter.end();
  return { heard, text: splitter.text, reasoning: splitter.reasoning };
}

type Case = readonly [name: string, reply: string, text: string, reasoning: string | undefined];

const F = '```';

const THOUGHTS: readonly Case[] = [
  ['a thought', '<think>\nHm, blue.\n</think>\n\nThe sky is blue.', 'The sky is blue.', 'Hm, blue.'],
  ['on one line', '<think>Hm.</think>Blue.', 'Blue.', 'Hm.'],
  ['after white space', '\n\n  <think>Hm.</think>\n Blue.', 'Blue.', 'Hm.'],
  ['an empty thought', '<think>\n\n</think>\n\nBlue.', 'Blue.', undefined],
  ['an empty tag', '<think/>\nBlue.', 'Blue.', undefined],
  ['capitals', '<THINK>Hm.</Think>Blue.', 'Blue.', 'Hm.'],
  ['spaces in the tags', '< think >Hm.</ think >Blue.', 'Blue.', 'Hm.'],
  ['attributes', '<think time="3s" kind=\'deep\' n=1>Hm.</think>Blue.', 'Blue.', 'Hm.'],
  ['thinking', '<thinking>Hm.</thinking>\nBlue.', 'Blue.', 'Hm.'],
  ['thought', '<thought>\nHm.\n</thought>\nBlue.', 'Blue.', 'Hm.'],
  ['Marco-o1', '<Thought>\nHm.\n</Thought>\n<Output>\nBlue.\n</Output>', '<Output>\nBlue.\n</Output>', 'Hm.'],
  ['reasoning', '<reasoning>Hm.</reasoning><answer>Blue.</answer>', '<answer>Blue.</answer>', 'Hm.'],
  [
    'Seed',
    '<seed:think>Hm.<seed:cot_budget_reflect>1</seed:cot_budget_reflect></seed:think>Blue.',
    'Blue.',
    'Hm.<seed:cot_budget_reflect>1</seed:cot_budget_reflect>',
  ],
  ['MiniMax', '<mm:think>Hm.</mm:think>Blue.', 'Blue.', 'Hm.'],
  ['LongCat', '<longcat_think>Hm.</longcat_think>Blue.', 'Blue.', 'Hm.'],
  ['antThinking', '<antThinking>Hm.</antThinking>Blue.', 'Blue.', 'Hm.'],
  ['Gemma 4', '<|channel>thought\nHm.<channel|>Blue.', 'Blue.', 'Hm.'],
  ['Gemma 4, nothing thought', '<|channel>thought\n<channel|>Blue.', 'Blue.', undefined],
  ['Magistral', '[THINK]Hm, [1] or [2].[/THINK]Blue.', 'Blue.', 'Hm, [1] or [2].'],
  ['Kimi', '◁think▷Hm.◁/think▷Blue.', 'Blue.', 'Hm.'],
  [
    'Sky-T1',
    '<|begin_of_thought|>\n\nHm.\n\n<|end_of_thought|>\n\n<|begin_of_solution|>\n\nBlue.\n\n<|end_of_solution|>',
    'Blue.\n\n',
    'Hm.',
  ],
  ['Command A', '<|START_THINKING|>Hm.<|END_THINKING|><|START_RESPONSE|>Blue.<|END_RESPONSE|>', 'Blue.', 'Hm.'],
  ['Apertus', '<|inner_prefix|>Hm.<|inner_suffix|>Blue.', 'Blue.', 'Hm.'],
  [
    'gpt-oss',
    '<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Blue.<|return|>',
    'Blue.',
    'Hm.',
  ],
  ['gpt-oss without marks', 'analysisWe need to say why.assistantfinalBlue.', 'Blue.', 'analysisWe need to say why.'],
  ['Solar', '<|think|>Hm.<|end|><|begin|>assistant<|content|>Blue.<|end|>', 'Blue.', 'Hm.'],
  [
    'Apriel',
    'Here are my reasoning steps:\nHm.\n[BEGIN FINAL RESPONSE]\nBlue.\n[END FINAL RESPONSE]',
    'Blue.\n',
    'Here are my reasoning steps:\nHm.',
  ],
  [
    'Granite',
    'Here is my thought process:\n\nHm.\n\nHere is my response:\n\nBlue.',
    'Blue.',
    'Here is my thought process:\n\nHm.',
  ],
  ['two thoughts', '<think>One.</think>\n<think>Two.</think>\nBlue.', 'Blue.', 'One.\n\nTwo.'],
  ['closed twice', '<think>Hm.</think>\n</think>\n\nBlue.', 'Blue.', 'Hm.'],
  ['opened twice', '<think>\n<think>\nHm.\n</think>\nBlue.', 'Blue.', '<think>\nHm.'],
  ['closed by another name', '<think>Hm.</thinking>Blue.', 'Blue.', 'Hm.'],
  [
    'with a block of code',
    `<think>\n${F}js\nif (a < b) c();\n${F}\n</think>\nBlue.`,
    'Blue.',
    `${F}js\nif (a < b) c();\n${F}`,
  ],
  ['with a block of code that never ends', `<think>\n${F}js\na();\n</think>\nBlue.`, 'Blue.', `${F}js\na();`],
  ['with its tag in quotes', '<think>The `</think>` tag, hm.</think>\nIt ends.', 'It ends.', 'The `</think>` tag, hm.'],
  ['with its tag named', '<think>The </think> tag, hm.</think>\nIt ends.', 'It ends.', 'The </think> tag, hm.'],
  [
    'with a thought inside',
    '<think>Like <think>so</think> I mean.</think>\nIt ends.',
    'It ends.',
    'Like <think>so</think> I mean.',
  ],
  [
    'with an opening inside',
    '<think>I open with\n<think>\nand so on.</think>\nIt ends.',
    'It ends.',
    'I open with\n<think>\nand so on.',
  ],
  ['only the closing', 'Hm, blue.\n</think>\n\nThe sky is blue.', 'The sky is blue.', 'Hm, blue.'],
  ['only the closing, on one line', 'Hm, blue.</think>The sky is blue.', 'The sky is blue.', 'Hm, blue.'],
  ['only the closing, with spaces', 'Hm, blue. </think> The sky is blue.', 'The sky is blue.', 'Hm, blue.'],
  ['only the closing, no full stop', 'so it is 42</think>42', '42', 'so it is 42'],
  ['only the closing, Chinese', '好的，蓝色。</think>天空是蓝色的。', '天空是蓝色的。', '好的，蓝色。'],
  ['only the closing, of Seed', 'Hm.</seed:think>Blue.', 'Blue.', 'Hm.'],
  ['only the closing, of Magistral', 'Hm.[/THINK]Blue.', 'Blue.', 'Hm.'],
  ['only the closing, of Kimi', 'Hm.◁/think▷Blue.', 'Blue.', 'Hm.'],
  ['only the closing, of Gemma', 'Hm.\n<channel|>Blue.', 'Blue.', 'Hm.'],
  ['only the closing, in capitals with a space', 'Hm.\n</ THINK >\nBlue.', 'Blue.', 'Hm.'],
  ['only the closing, at the beginning', '</think>\n\nBlue.', 'Blue.', undefined],
  [
    'only the closing, behind tags named',
    'The user asks about <think> tags.\nHm.\n</think>\n\nThey mark thoughts.',
    'They mark thoughts.',
    'The user asks about <think> tags.\nHm.',
  ],
  [
    'only the closing, behind tags in code',
    'About `<think>` and `</think>`.\n</think>\n\nThey mark thoughts.',
    'They mark thoughts.',
    'About `<think>` and `</think>`.',
  ],
  ['only the closing, behind whole code', `Try:\n${F}\nx\n${F}\n</think>\nBlue.`, 'Blue.', `Try:\n${F}\nx\n${F}`],
  [
    'only the closing, behind code that never ends',
    `Try:\n${F}py\nx\n</think>\n\nSo:\n${F}py\ny\n${F}\n`,
    `So:\n${F}py\ny\n${F}\n`,
    `Try:\n${F}py\nx`,
  ],
  ['only the closing, twice', 'Hm.\n</think>\nHm again.\n</think>\n\nBlue.', 'Blue.', 'Hm.\n\nHm again.'],
  ['only the closing, then a thought', 'Hm.\n</think>\n<think>More.</think>Blue.', 'Blue.', 'Hm.\n\nMore.'],
  ['unfinished', '<think>Hm, so the sky', '', 'Hm, so the sky'],
  ['unfinished, with the beginning of its end', '<think>Hm.</thi', '', 'Hm.</thi'],
  ['unfinished, of Seed', '<seed:think>Hm', '', 'Hm'],
  ['unfinished, of Gemma', '<|channel>thought\nHm', '', 'Hm'],
  ['unfinished, of Kimi', '◁think▷Hm', '', 'Hm'],
  ['nothing but a thought', '<think>Hm.</think>', '', 'Hm.'],
  ['nothing but a thought, and white space', '<think>Hm.</think>\n\n', '', 'Hm.'],
  ['nothing but a thought, opened by the template', 'Hm.\n</think>\n', '', 'Hm.'],
  ['nothing but an opening', '<think>', '', undefined],
  [
    'before code with a thought',
    `<think>Hm.</think>\n${F}xml\n<think>x</think>\n${F}`,
    `${F}xml\n<think>x</think>\n${F}`,
    'Hm.',
  ],
  ['before an answer on tags', '<think>Hm.</think>\nUse <think>x</think> so.', 'Use <think>x</think> so.', 'Hm.'],
  ['before HTML', '<think>Hm.</think>\n<div>Blue</div>', '<div>Blue</div>', 'Hm.'],
  ['before JSON', '<think>{"a": [1]}</think>{"a": [2]}', '{"a": [2]}', '{"a": [1]}'],
];

const ANSWERS: readonly string[] = [
  'The sky is blue.',
  '',
  '  Blue, with space around it. \n',
  'Models write <think>…</think> before they answer.',
  'The `</think>` tag ends a thought.',
  'The "</think>" tag ends a thought.',
  'The </think> tag ends a thought.',
  'A thought ends with </think>.',
  'A thought ends with </think>, the answer follows.',
  'A thought ends with </think> and the answer follows.',
  'Use <think> and </think> around it.',
  'Write <think> your thoughts </think>\nand then the answer.',
  `Like this:\n\n${F}\n<think>\nHm.\n</think>\nBlue.\n${F}\n`,
  `${F}xml\n<think>\nHm.\n</think>\n${F}`,
  `The template ends so:\n\n${F}jinja\n{{ reasoning }}\n</think>\n\n{{ content }}\n${F}\nThat is all.`,
  'Example:\n<think>\nHm.\n</think>\nBlue.',
  'It ends so:\n\n    </think>\n\nThat is indented code.',
  'Tags:\n- <think>: opens\n- </think>: closes\n',
  'Tags:\n- </think> closes\n- </answer> too\n',
  '| tag | use |\n|---|---|\n| </think> | closes |\n',
  '> </think>\nwas quoted.',
  '</think> is the tag that ends a thought.',
  '<think> tags are written by reasoning models.',
  '<think> is a tag of reasoning models.',
  '<think> and </think> are the tags.',
  '<think>, <answer> and <tool_call> are tags.',
  '`<think>` opens a thought.',
  '<thinkpad> is a laptop.',
  '<thinking about it> is no tag.',
  '<Thinker>Rodin</Thinker>',
  '<analysis>\nBlue.\n</analysis>',
  '<root><think>Hm.</think></root>',
  '<?xml version="1.0"?>\n<thoughts><thought>Hm.</thought></thoughts>',
  '<div class="think">Hm.</div>',
  '<3 you',
  '< 5 and > 3',
  'if (a < b && c > d) { x[1] = "</p>"; }',
  '[1] The first source [2] says so.',
  '[thinker] is a name.',
  '[x] done\n[ ] not done',
  'See [/docs/think] and [THINK] above.',
  '- [THINK] is a mark, and [/THINK] too.',
  '◁ and ▷ are triangles.',
  '**</think>** ends it.',
  'Analysis: blue. The assistant final answer is blue.',
  'analysis of the sky, by the assistant finally.',
  'Here is my thought process: first I look up. It is blue.',
  'Here is my response: blue.',
  'He said: "I </think> therefore I am"',
  'Regex: /<\\/think>/ matches it.',
  'const end = "</think>";\nconst start = text.indexOf(end);',
  "text.split('</think>')[1]",
  'Use text.split(`</think>`) there.',
  'In German: Das Tag </think> beendet den Gedanken.',
  'He thinks -> she thinks -> they think >> done',
  '<br/>Blue',
  '<svg viewBox="0 0 1 1"/>',
];

/** All in one piece, sign by sign, and in pieces cut at random. */
function cuts(reply: string): readonly (readonly string[])[] {
  const random = createRandom(reply.length);
  const drawn = Array.from({ length: 12 }, () => {
    const pieces: string[] = [];
    for (let start = 0; start < reply.length;) {
      const end = start + 1 + Math.floor(random.uniform() * 12);
      pieces.push(reply.slice(start, end));
      start = end;
    }
    return pieces;
  });
  return [[reply], reply.split(''), ...drawn];
}

describe('a thought before the answer', () => {
  test.each(THOUGHTS)('%s', (_, reply, text, reasoning) => {
    expect(splitReasoning(reply)).toEqual({ text, reasoning });
    for (const pieces of cuts(reply)) {
      const { heard, ...split } = listen(pieces);
      expect(split).toEqual({ text, reasoning });
      expect(heard.text).toBe(text);
    }
  });
});

test.each(ANSWERS)('%j is an answer as it is', (reply) => {
  expect(splitReasoning(reply)).toEqual({ text: reply, reasoning: undefined });
  for (const pieces of cuts(reply)) {
    const { heard, ...split } = listen(pieces);
    expect(split).toEqual({ text: reply, reasoning: undefined });
    expect(heard).toEqual({ text: reply, reasoning: '', restarts: 0 });
  }
});
