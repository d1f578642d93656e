/**
 * The markup of chat templates, by which models tell turns apart: what leaks of it into data is no part of a question or
 * an answer, and a trainer would put its own around it.
 */
import type { RecordMessage } from '../records/index.ts';

const ROLES: Readonly<Record<string, RecordMessage['role']>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  human: 'user',
  assistant: 'assistant',
  chatbot: 'assistant',
  model: 'assistant',
  gpt: 'assistant',
};

const ROLE = `(${Object.keys(ROLES).join('|')})`;

/** Where a turn begins: the role is the only group, or follows from the mark. */
const TURN_OPENS: readonly { readonly mark: string; readonly role?: RecordMessage['role'] }[] = [
  // ChatML: Qwen, SmolLM, Yi, Hermes, Phi 4
  { mark: String.raw`<\|im_start\|>\s*${ROLE}\b(?:<\|im_sep\|>|[ \t]*\n?)` },
  // Kimi
  { mark: String.raw`<\|im_${ROLE}\|>\w*<\|im_middle\|>` },
  // Llama 3 and 4
  { mark: String.raw`<\|start_header_id\|>\s*${ROLE}\s*<\|end_header_id\|>\s*` },
  { mark: String.raw`<\|header_start\|>\s*${ROLE}\s*<\|header_end\|>\s*` },
  // Gemma
  { mark: String.raw`<start_of_turn>\s*${ROLE}\b[ \t]*\n?` },
  { mark: String.raw`<\|turn>\s*${ROLE}\b[ \t]*\n?` },
  // Zephyr, Phi, Falcon, TinyLlama
  { mark: String.raw`<\|${ROLE}\|>[ \t]*\n?` },
  // EXAONE
  { mark: String.raw`\[\|${ROLE}\|\][ \t]*` },
  // Granite
  { mark: String.raw`<\|start_of_role\|>${ROLE}<\|end_of_role\|>` },
  // Nemotron
  { mark: String.raw`<extra_id_[01]>${ROLE}(?:[ \t]*\n|$)` },
  // Seed
  { mark: String.raw`<seed:bos>${ROLE}[ \t]*\n?` },
  // OpenChat, Starling
  { mark: String.raw`GPT4 Correct ${ROLE}:[ \t]*` },
  // gpt-oss
  { mark: String.raw`<\|start\|>${ROLE}(?:(?:<\|channel\|>\w+)?<\|message\|>|$)` },
  // Command
  { mark: String.raw`<\|START_OF_TURN_TOKEN\|><\|${ROLE}_TOKEN\|>` },
  // DeepSeek
  { mark: String.raw`<｜${ROLE}｜>` },
  // Mistral and Llama 2
  { mark: String.raw`\[/INST\][ \t]*`, role: 'assistant' },
  { mark: String.raw`\[INST\]`, role: 'user' },
  { mark: String.raw`\[SYSTEM_PROMPT\]\s*`, role: 'system' },
];

/** Ends of turns, and of the whole text. */
const ENDS = [
  String.raw`<\|im_end\|>`,
  String.raw`<\|eot_id\|>`,
  String.raw`<\|eom_id\|>`,
  String.raw`<\|eot\|>`,
  String.raw`<end_of_turn>`,
  String.raw`<\|end_of_turn\|>`,
  String.raw`\[\|endofturn\|\]`,
  '<seed:eos>',
  String.raw`<turn\|>`,
  String.raw`<\|end\|>`,
  String.raw`<\|return\|>`,
  String.raw`<\|END_OF_TURN_TOKEN\|>`,
  String.raw`<\|end_of_text\|>`,
  String.raw`<\|endoftext\|>`,
  String.raw`<\|end_of_sentence\|>`,
  '<｜end▁of▁sentence｜>',
  String.raw`\[/SYSTEM_PROMPT\]`,
  '</s>',
  '<eos>',
  '<pad>',
  String.raw`\[PAD\]`,
];

/** What a text begins with before its first turn. */
const STARTS = [
  '<s>',
  '<bos>',
  '<pad>',
  String.raw`<\|begin_of_text\|>`,
  String.raw`<\|startoftext\|>`,
  String.raw`<\|endoftext\|>`,
  '<｜begin▁of▁sentence｜>',
  '<BOS_TOKEN>',
  String.raw`\[gMASK\]<sop>`,
];

const OPEN = `(?:${TURN_OPENS.map(({ mark }) => mark).join('|')})`;
const END = `(?:${ENDS.join('|')})`;
const START = `(?:${STARTS.join('|')})`;

/** The beginning of a text that was made by a template, up to its first turn. */
const FIRST_TURN = new RegExp(String.raw`^(?:\s*${START})*\s*${OPEN}`, 'i');
const LEADING_START = new RegExp(String.raw`^(?:\s*${START})+\s*`);
const BARE_MARKS = /\[INST\]\W*(?:and|or|to|with)?\W*\[\/INST\]/i;
const ANY_OPEN = new RegExp(OPEN, 'gi');
const ANY_MARK = new RegExp(`(?<open>${OPEN})|(?<end>${END})|${START}`, 'gi');
const OPEN_AT_END = new RegExp(`${OPEN}$`, 'i');

/** The prompts of Alpaca, Solar and Vicuna have no special tokens. They are told by their end. */
const HEADING = /^### (System|Instruction|User|Human|Input|Response|Assistant):[ \t]*$/m;
const ANSWER_HEADING = /\n### (?:Response|Assistant):$/;
const VICUNA_END = /(?:^|\s)ASSISTANT:$/;
const VICUNA_TURN = /(?:^|\s|<\/s>)(USER|ASSISTANT):[ \t]*/;

/**
 * The question within a text that was made by a chat template.
 *
 * @returns its messages, the last of which is the user's; undefined where the text is none of a template.
 */
export function readTemplatedPrompt(given: string): readonly RecordMessage[] | undefined {
  const text = given.trimEnd();
  const messages =
    headedTurns(text) ??
    (isTemplated(text) ? turnsOf(text) : VICUNA_END.test(text) ? vicunaTurns(text) : openQuestion(text));
  const question = messages?.slice(0, messages.findLastIndex(({ role }) => role === 'user') + 1) ?? [];
  return question.some(({ content }) => content !== '') ? question : undefined;
}

/**
 * An answer without the markup of a chat template: special tokens at its ends, turns before it, and what a model that
 * did not stop has written as the next turns. A text without any is returned as it is.
 */
export function stripAnswerMarkup(text: string): string {
  const answer = isTemplated(text) ? turnsOf(text).findLast(({ role }) => role === 'assistant') : undefined;
  if (answer !== undefined) return answer.content;
  const start = LEADING_START.exec(text)?.[0].length ?? 0;
  const end = closingIndex(text);
  const inner = text.slice(start, end);
  // Text that is crossed out in HTML has the tags that some models begin and end with.
  const isCrossedOut = inner.includes('</s>') || inner.lastIndexOf('<s>') > inner.lastIndexOf('</s>');
  if (isCrossedOut) return text;
  return end === undefined ? inner : inner.trimEnd();
}

function isTemplated(text: string): boolean {
  const [first] = FIRST_TURN.exec(text) ?? [];
  // Without anything in between, the marks of Llama 2 are rather spoken about.
  return first !== undefined && (!first.endsWith('[INST]') || (text.includes('[/INST]') && !BARE_MARKS.test(text)));
}

/**
 * Where a text ends that goes on with nothing but ends of turns, or with another turn behind them. An end in the middle
 * of a sentence is spoken about.
 */
function closingIndex(text: string): number | undefined {
  let closing: number | undefined;
  let behind = 0;
  for (const { 0: mark, index, groups } of text.matchAll(ANY_MARK)) {
    if (text.slice(behind, index).trim() !== '') closing = undefined;
    if (groups?.['open'] !== undefined && closing !== undefined) return closing;
    if (groups?.['end'] !== undefined) closing ??= index;
    behind = index + mark.length;
  }
  return text.slice(behind).trim() === '' ? closing : undefined;
}

/** The turns of a text that begins with one; empty ones are left out. */
function turnsOf(text: string): readonly RecordMessage[] {
  const opens = [...text.matchAll(ANY_OPEN)];
  return opens.flatMap(([mark], number): RecordMessage[] => {
    const from = (opens[number]?.index ?? 0) + mark.length;
    const turn = text.slice(from, opens[number + 1]?.index ?? text.length);
    const content = turn.slice(0, closingIndex(turn)).trim();
    if (content === '') return [];
    const role = roleOf(mark);
    return role === 'user' ? userTurn(content) : [{ role, content }];
  });
}

function roleOf(mark: string): RecordMessage['role'] {
  for (const open of TURN_OPENS) {
    const match = new RegExp(`^(?:${open.mark})`, 'i').exec(mark);
    if (match !== null) return open.role ?? ROLES[(match[1] ?? '').toLowerCase()] ?? 'user';
  }
  return 'user';
}

/** Llama 2 has the system message within the first turn of the user. */
function userTurn(content: string): RecordMessage[] {
  const end = content.startsWith('<<SYS>>') ? content.indexOf('<</SYS>>') : -1;
  if (end === -1) return [{ role: 'user', content }];
  return [
    { role: 'system', content: content.slice('<<SYS>>'.length, end).trim() },
    { role: 'user', content: content.slice(end + '<</SYS>>'.length).trim() },
  ];
}

/** A plain question with nothing but the mark of the assistant's turn behind it. */
function openQuestion(text: string): readonly RecordMessage[] | undefined {
  const [mark] = OPEN_AT_END.exec(text) ?? [];
  if (mark === undefined || roleOf(mark) !== 'assistant') return undefined;
  return [{ role: 'user', content: stripAnswerMarkup(text.slice(0, -mark.length)).trim() }];
}

/** Turns under headings such as `### Instruction:`; material under `### Input:` belongs to what is above it. */
function headedTurns(text: string): readonly RecordMessage[] | undefined {
  if (!ANSWER_HEADING.test(text)) return undefined;
  const [before = '', ...parts] = text.split(HEADING);
  const isKnown = before.trim() === '' || before.startsWith('Below is an instruction');
  if (!isKnown || parts[0] === undefined || /^(?:Response|Assistant|Input)$/.test(parts[0])) return undefined;
  const turns: RecordMessage[] = [];
  for (let index = 0; index < parts.length; index += 2) {
    const content = (parts[index + 1] ?? '').trim();
    const heading = parts[index] ?? '';
    const last = turns.at(-1);
    if (content === '') continue;
    if (heading === 'Input' && last !== undefined)
      turns[turns.length - 1] = { ...last, content: `${last.content}\n\n${content}` };
    else turns.push({ role: ROLE_OF_HEADING[heading] ?? 'user', content });
  }
  return turns;
}

const ROLE_OF_HEADING: Readonly<Record<string, RecordMessage['role']>> = {
  System: 'system',
  Response: 'assistant',
  Assistant: 'assistant',
};

function vicunaTurns(text: string): readonly RecordMessage[] | undefined {
  const [before = '', ...parts] = text.split(VICUNA_TURN);
  if (parts[0] !== 'USER') return undefined;
  const system = before.trim();
  const turns: RecordMessage[] = system === '' ? [] : [{ role: 'system', content: system }];
  for (let index = 0; index < parts.length; index += 2) {
    const turn = parts[index + 1] ?? '';
    const content = turn.slice(0, closingIndex(turn)).trim();
    turns.push({ role: parts[index] === 'USER' ? 'user' : 'assistant', content });
  }
  return turns;
}
