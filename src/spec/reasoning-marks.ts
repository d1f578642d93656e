/** Names of tags around a thought: `think`, `Thinking`, `seed:think`, `mm:think`, `longcat_think`. */
const NAME = String.raw`(?:(?:[a-z]{1,12}[:_-]|ant)?(?:think(?:ing)?|thoughts?|reasoning)|inner_monologue|scratchpad)`;
const ATTRIBUTES = String.raw`(?:\s+[\w:.-]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>]+))*`;

/** How families of models mark a thought. */
const FORMS = [
  { opens: String.raw`<\s*${NAME}${ATTRIBUTES}\s*>`, closes: String.raw`<\s*[/\\]\s*${NAME}\s*>` },
  // Magistral
  { opens: String.raw`\[THINK\]`, closes: String.raw`\[/THINK\]` },
  // Kimi
  { opens: String.raw`◁\s*${NAME}\s*▷`, closes: String.raw`◁\s*/\s*${NAME}\s*▷` },
  // Gemma 4
  { opens: String.raw`<\|channel>\s*(?:thought|thinking|analysis|reasoning)\b`, closes: String.raw`<channel\|>` },
  // Apertus
  { opens: String.raw`<\|inner_prefix\|>`, closes: String.raw`<\|inner_suffix\|>` },
  // Sky-T1, OpenThinker, Command A
  {
    opens: String.raw`<[|｜]\s*(?:begin_of_|start_)?${NAME}\s*[|｜]>`,
    closes: String.raw`<[|｜]\s*(?:end_of_|end_|/)${NAME}\s*[|｜]>`,
  },
  // gpt-oss
  { opens: String.raw`(?:<\|start\|>assistant)?<\|channel\|>analysis<\|message\|>`, closes: undefined },
] as const;

/** Marks before the answer itself, where a model has some for that too. */
const ANSWER_OPENS = [
  String.raw`(?:<\|start\|>assistant)?<\|channel\|>final(?:\s*<\|constrain\|>\s*\w+)?<\|message\|>`,
  String.raw`<\|begin\|>assistant<\|content\|>`,
  String.raw`<\|begin_of_solution\|>`,
  String.raw`<\|START_RESPONSE\|>`,
  String.raw`\[BEGIN FINAL RESPONSE\]`,
].join('|');

/** The end of a message: it closes a thought that is a message of its own, or the answer. */
const MESSAGE_ENDS = String.raw`<\|(?:end|return|END_RESPONSE|end_of_solution)\|>|\[END FINAL RESPONSE\]`;

const OPENS = FORMS.map(({ opens }) => opens).join('|');
const CLOSES = [...FORMS.flatMap(({ closes }) => closes ?? []), ANSWER_OPENS].join('|');

/** The opening of a thought at the beginning of a text. */
export const OPENING = new RegExp(`^(?:${OPENS})`, 'i');
/** The end of a thought, or the beginning of the answer behind it. */
export const CLOSING = new RegExp(`(?:${CLOSES})`, 'gi');
/** The same inside of a thought that was opened by a mark. */
export const CLOSING_INSIDE = new RegExp(`(?:${CLOSES}|${MESSAGE_ENDS})`, 'gi');
/** What may stand between two thoughts, or between the last one and the answer. */
export const BETWEEN = new RegExp(`^(?:<\\s*${NAME}${ATTRIBUTES}\\s*/>|${CLOSES}|${MESSAGE_ENDS})`, 'i');
export const ANSWER_OPENING = new RegExp(`^(?:${ANSWER_OPENS})$`, 'i');
export const ANSWER_END = new RegExp(MESSAGE_ENDS, 'i');
/** Any opening or closing of a thought. */
export const ANY_MARK = new RegExp(`(?<opening>${OPENS})|(?:${CLOSES})`, 'gi');

/** A thought that is opened at the end of a text: chat templates do that for the model. */
export const OPENED_AT_END = new RegExp(`(?:${OPENS})\\s*$`, 'i');
/** A token of a vocabulary that is a mark or a part of one. */
export const MARK_TOKEN = new RegExp(
  String.raw`^(?:${OPENS}|${CLOSES}|${MESSAGE_ENDS}|<\|channel>|<\|(?:start|begin|channel|content|message)\|>)$`,
  'i',
);

/** The first signs of marks. */
export const FIRST_SIGN = /^[<[◁]/;
export const ANY_SIGN = /[<[◁]/;

/** A text that may go on to be a mark. */
export const UNFINISHED_MARK =
  /^(?:<[^<>\n]{0,80}|<\s{0,4}[a-z:_-]{2,30}\s{0,80}|\[[^[\]\n]{0,24}|◁[^▷\n]{0,20}|<\|(?:start|begin|channel)\|?>[a-z ]{0,12}(?:<[|a-z]{0,12}[|>]{0,2}[a-z ]{0,12}){0,2})$/i;

/** A text that may go on to end a thought: less than the above, so that an answer that has such signs is not held back. */
export const UNFINISHED_CLOSING =
  /^(?:<(?:\s{0,4}[/\\][\s\w:-]{0,40}|[|｜][\w /]{0,24}[|｜]?|c(?:h(?:a(?:n(?:n(?:e(?:l\|?)?)?)?)?)?)?)?|\[(?:\/[A-Z]{0,12}|B[A-Z ]{0,24})?|◁\s{0,4}(?:\/[\s\w]{0,16})?|(?:<\|start\|>[a-z]{0,12})?<\|channel\|>[a-z ]{0,12}(?:<[|a-z]{0,12})?)$/i;

/** Longest mark that is looked for across pieces. */
export const MAX_MARK_LENGTH = 96;

/** The first letter of one of the following. */
export const WORDED_START = /^\s*[ah]/i;
/** Beginnings in words that some models are trained to write before a thought, and what ends it. */
export const WORDED_THOUGHTS: readonly { readonly begins: RegExp; readonly ends: RegExp }[] = [
  // Granite
  { begins: /^\s*here(?:'s| is) my thought process:/i, ends: /here(?:'s| is) my response:/i },
  // gpt-oss, where the server left its marks out and kept their names
  { begins: /^analysis(?=[A-Z"'(])/, ends: /assistant\s?final(?=[^a-z]|$)/ },
];
