import { describe, expect, test } from 'vitest';
import { createRandom } from '../../util/random.ts';
import { ReasoningSplitter, splitReasoning } from './reasoning-splitter.ts';

/** What a listener makes of the pieces. Work that grows with the square of a length would run into the limit of a test. */
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
  ['in lines of Windows', '<think>\r\nHm.\r\n</think>\r\n\r\nBlue.', 'Blue.', 'Hm.'],
  ['after a byte order mark', '\uFEFF<think>Hm.</think>Blue.', 'Blue.', 'Hm.'],
  ['a tag over two lines', '<think\n>Hm.</think>Blue.', 'Blue.', 'Hm.'],
  ['a Chinese thought', '<think>好</think>好的', '好的', '好'],
  [
    'with its tags in code',
    '<think>So `<think>` and ```</think>``` it is.</think>Blue.',
    'Blue.',
    'So `<think>` and ```</think>``` it is.',
  ],
  [
    'with its tags in a sentence',
    '<think>The tag <think> opens, </think> closes.</think>Blue.',
    'Blue.',
    'The tag <think> opens, </think> closes.',
  ],
  ['gpt-oss, unfinished', '<|channel|>analysis<|message|>Hm', '', 'Hm'],
  ['gpt-oss, no thought', '<|channel|>final<|message|>Blue.<|return|>', 'Blue.', undefined],
  ['fullwidth bars', '<｜think｜>Hm.<｜/think｜>Blue.', 'Blue.', 'Hm.'],
  ['only the closing, in quotes', 'They want "blue"</think>blue', 'blue', 'They want "blue"'],
  ['only the closing, behind a list', '- one\n- two</think>\nBoth.', 'Both.', '- one\n- two'],
  ['only the closing, before bold', 'Done</think> **Blue**', '**Blue**', 'Done'],
  [
    'only the closing, before code with a thought',
    `Hm.\n</think>\n\n${F}\n<think>x</think>\n${F}`,
    `${F}\n<think>x</think>\n${F}`,
    'Hm.',
  ],
  ['that begins with code', '<think>`a` is a letter.</think>Blue.', 'Blue.', '`a` is a letter.'],
  ['that begins with dots', '<think>... hm.</think>Blue.', 'Blue.', '... hm.'],
  [
    'only the closing, behind a tag in code on its line',
    '`<think>` opens it.</think>\nBlue.',
    'Blue.',
    '`<think>` opens it.',
  ],
  ['a name of its own', '<x-think>Hm.</x-think>Blue.', 'Blue.', 'Hm.'],
  ['only the closing, behind a comma', 'Thus,</think>blue', 'blue', 'Thus,'],
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
  'To close it, use `</think>`.',
  'Use the `<think>` tag:\n\n```\n<think>reason</think>\nanswer\n```',
  'DeepSeek R1 wraps reasoning in <think></think> tags.',
  'DeepSeek R1 wraps reasoning in <think> and </think>.',
  'DeepSeek R1 writes its reasoning between <think> and </think> tags, then answers.',
  "Regex: `re.sub(r'<think>.*?</think>', '', s)`",
  "```python\nimport re\nre.split('</think>', s)\n```",
  "def strip(s):\n    return s.split('</think>')[-1]\n",
  'def strip(s):\n    return s.split("</think>")[-1].strip()\n',
  '<html><body>hi</body></html>',
  '<p>Some <em>html</em></p>',
  '<xml>\n<think>a</think>\n</xml>',
  '[1] Smith 2020. [2] Doe 2021.',
  '[Verse 1]\nla la\n[/Verse 1]',
  '[INST] hi [/INST]',
  '<details><summary>x</summary>y</details>',
  '<!-- <think> -->\nhi',
  '<-- look',
  '<thinktank> is a word',
  '<thoughtful>hi</thoughtful>',
  'Thought: I should search\nAction: search[x]',
  'Thinking about it, yes.',
  '**Reasoning:** because.\n\n**Answer:** 4',
  'Step 1 -> Step 2 -> `</think>`',
  '1. `<think>` - open\n2. `</think>` - close',
  '1. <think> - open\n2. </think> - close',
  'Tags: <think>, </think>, <answer>, </answer>',
  'The template is:\n\n    <think>\n    {r}\n    </think>\n    {a}\n',
  '~~~\n</think>\n~~~\nas shown.',
  'Output format:\n<think>\n...\n</think>\n<answer>\n...\n</answer>',
  'It prints `foo</think>bar`.',
  '| a | b |\n|---|---|\n| <think> | </think> |',
  'Escape it as &lt;/think&gt;.',
  'Some say (</think>) is odd.',
  'We strip everything up to </think>; the rest is the answer.',
  'The </thinking> tag, unlike </think>, is rare.',
  '> <think>quoted</think>\n\nThat is the quote.',
  '# </think>\n\nThe tag.',
  '<think> vs </think>: which closes?',
  'std::vector<Thought> thoughts;',
  "echo '</think>' | cat",
  'The ids: <think>=1, </think>=2.',
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

test.each([
  ['openings', '<think>'],
  ['closings', '</think>'],
  ['closings in lines', 'a\n</think>\n'],
  ['closings in quotes', '`</think>`'],
  ['thoughts', '<think>a</think>'],
  ['thoughts in a sentence', 'a <think>b</think> c '],
  ['beginnings of marks', '<|start|>'],
  ['brackets', '< [ ◁ '],
  ['spaces', ' '],
  ['fences', '```\n</think>\n'],
  ['words', 'Here is my thought process: '],
])('takes time in proportion to the length: much of %s', (_, piece) => {
  const reply = piece.repeat(200_000 / piece.length);
  for (const before of ['', 'a', '<think>']) {
    const { heard, text } = listen((before + reply).match(/[^]{1,40}/g) ?? []);
    expect(heard.text).toBe(text);
    splitReasoning(before + reply);
  }
});
