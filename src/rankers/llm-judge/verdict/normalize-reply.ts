import { withoutJson } from './json-labels.ts';
import { withoutQuotations, withoutTables } from './plain-blocks.ts';
import { HANGUL_SPACE } from './word-kinds.ts';

/** Names under which models write what they think before they answer. */
const THOUGHT = 'think|thinking|thought|thoughts|reasoning|scratchpad|analysis|reflection';
const THOUGHT_OPENS = new RegExp(`<(?:${THOUGHT})>|\\[think\\]|◁think▷|<\\|channel\\|>analysis<\\|message\\|>`, 'gi');
const THOUGHT_CLOSES = new RegExp(
  `</(?:${THOUGHT})>|\\[/think\\]|◁/think▷|<\\|channel\\|>final<\\|message\\|>|<\\|start\\|>assistant<\\|channel\\|>final<\\|message\\|>`,
  'gi',
);

/** A reply of a judge, as lines of plain text. */
export interface NormalReply {
  readonly lines: readonly string[];
  /** The reply ends inside a thought, so it may not have come to its verdict. */
  readonly unfinished: boolean;
}

/**
 * Brings what judges write into one form: thoughts before the answer and quotations left out, tables and JSON turned
 * into lines with labels, compatibility characters and letters of other alphabets that look like A and B replaced,
 * mark-up turned into spaces.
 */
export function normalizeReply(reply: string): NormalReply {
  const { text, unfinished } = withoutThoughts(reply);
  const plain = withoutJson(withoutTables(withoutQuotations(text)))
    // Letters and digits in a box, as emoji.
    .replace(/\u{1F170}\uFE0F?|\u24B6/gu, ' A ')
    .replace(/\u{1F171}\uFE0F?|\u24B7/gu, ' B ')
    .replace(/[\uFE0F\u20E3★☆]|\p{Extended_Pictographic}/gu, '')
    .replace(/~~[^~\n]{1,200}~~/g, ' ')
    .replace(/\\(?:text|textbf|textit|mathrm|mathbf|operatorname)\s*\{([^{}\n]{0,80})\}/g, '$1')
    .normalize('NFKC')
    .replace(/[\u00AD\u200B-\u200F\u2060\uFEFF\u202A-\u202E\u2066-\u2069]/g, '')
    .replace(/\\[nrt]/g, '\n')
    // Cyrillic and Greek capitals that a reader takes for A and B, and the second letter of the Cyrillic alphabet.
    // "В целом" begins with a preposition.
    .replace(/(?<!\p{L})[\u0410\u0391](?!\p{L}|\s+(?!лучш|хуже|выигр|побед|более|точне|превосх|не\b)[а-я])/gu, 'A')
    .replace(
      /(?<!\p{L})[\u0411\u0412\u0392](?!\p{L}|\s+(?!лучш|хуже|выигр|побед|более|точне|превосх|не\b)[а-я])/gu,
      'B',
    )
    .replace(/[’ʼ`´]/g, "'")
    // A tag such as <answer> is a label.
    .replace(/<s>|<\/s>/gi, ' ')
    .replace(/<([a-z_]{2,20})\s+[a-z_]{1,20}\s*=\s*["']([^"'<>\n]{1,40})["']\s*\/?>/gi, '\n$1: $2\n')
    .replace(/<([a-z_]{2,20})>/gi, '\n$1: ')
    .replace(/<\/[a-z_]{2,20}>|<\|[a-z_]{2,30}\|>/gi, '\n')
    .replace(/\\boxed\s*\{([^{}\n]{1,40})\}/g, '[[$1]]')
    .replace(/(?<=\w)\|(?=\w)/g, '/')
    .replace(/≫/g, '>>')
    .replace(/≪/g, '<<')
    .replace(/[*_~|\\{}$]+/g, ' ')
    .replace(HANGUL_SPACE, '')
    .replace(/1(?=つ目|番目)/g, '一')
    .replace(/2(?=つ目|番目)/g, '二')
    // "[RESULT] B" is a label with its value.
    .replace(
      /(?<!\[)\[(RESULT|VERDICT|ANSWER|WINNER|CHOICE|JUDGE?MENT|DECISION|FINAL(?: [A-Z]{4,9})?)\](?=\s*\S)/gi,
      ' final verdict: ',
    )
    .replace(/\[\/[A-Z ]{4,20}\]/gi, ' ')
    // modelA, response1
    .replace(/(\p{Ll})([AB12])(?![\p{L}\p{N}])/gu, '$1 $2');
  return { lines: plain.split(/[\r\n\u2028\u2029]/).filter((line) => line.trim() !== ''), unfinished };
}

/** What stands behind the last thought; where the last thought is not closed, all of it. */
export function withoutThoughts(reply: string): { readonly text: string; readonly unfinished: boolean } {
  let closed = 0;
  for (const { index, 0: tag } of reply.matchAll(THOUGHT_CLOSES)) closed = index + tag.length;
  const rest = reply.slice(closed);
  let unfinished = false;
  const text = rest.replace(THOUGHT_OPENS, () => {
    unfinished = true;
    return '\n';
  });
  return { text, unfinished };
}
