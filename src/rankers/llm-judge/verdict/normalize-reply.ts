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
 * Brings what judges write into one form: thoughts before the answer left out, compatibility characters and letters of
 * other alphabets that look like A and B replaced, mark-up turned into spaces.
 */
export function normalizeReply(reply: string): NormalReply {
  const { text, unfinished } = withoutThoughts(reply);
  const plain = text
    .normalize('NFKC')
    .replace(/[\u00AD\u200B-\u200F\u2060\uFEFF\u202A-\u202E\u2066-\u2069]/g, '')
    .replace(/\\[nrt]/g, '\n')
    // Cyrillic and Greek capitals that a reader takes for A and B, and the second letter of the Cyrillic alphabet.
    .replace(/(?<!\p{L})[\u0410\u0391](?!\p{L})/gu, 'A')
    .replace(/(?<!\p{L})[\u0411\u0412\u0392](?!\p{L})/gu, 'B')
    .replace(/[’ʼ`´]/g, "'")
    // A tag such as <answer> is a label.
    .replace(/<([a-z_]{2,20})>/gi, '\n$1: ')
    .replace(/<\/[a-z_]{2,20}>|<\|[a-z_]{2,30}\|>/gi, '\n')
    .replace(/\\boxed\s*\{([^{}\n]{1,40})\}/g, '[[$1]]')
    .replace(/[*_~|\\{}$]+/g, ' ')
    .replace(HANGUL_SPACE, '')
    .replace(/1(?=つ目|番目)/g, '一')
    .replace(/2(?=つ目|番目)/g, '二')
    // modelA, response1
    .replace(/(\p{Ll})([AB12])(?![\p{L}\p{N}])/gu, '$1 $2');
  return { lines: plain.split(/[\r\n\u2028\u2029]/).filter((line) => line.trim() !== ''), unfinished };
}

/** What stands behind the last thought; where the last thought is not closed, all of it. */
function withoutThoughts(reply: string): { readonly text: string; readonly unfinished: boolean } {
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
