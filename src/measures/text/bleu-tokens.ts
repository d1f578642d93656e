import { splitWords, trimEnd, trimStart } from './n-grams.ts';

/**
 * Ways to split a text for BLEU, as in sacrebleu: `13a` of the WMT for languages with spaces, `intl` by Unicode's classes,
 * `zh` with each Chinese character by itself, `char` each character, `none` at white space.
 */
export const BLEU_TOKENIZERS = ['13a', 'intl', 'zh', 'char', 'none'] as const;

/** @see BLEU_TOKENIZERS */
export type BleuTokenizer = (typeof BLEU_TOKENIZERS)[number];

/** Tokens of a text. */
export function bleuTokens(text: string, tokenizer: BleuTokenizer): readonly string[] {
  const trimmed = trimEnd(text);
  switch (tokenizer) {
    case '13a':
      return splitWords(splitPunctuation(` ${unescape(trimmed)} `));
    case 'intl':
      return splitWords(
        trimmed
          .replaceAll(/(\P{N})(\p{P})/gu, '$1 $2 ')
          .replaceAll(/(\p{P})(\P{N})/gu, ' $1 $2')
          .replaceAll(/(\p{S})/gu, ' $1 '),
      );
    case 'zh':
      return splitWords(splitPunctuation(trimStart(trimmed).replaceAll(CHINESE, ' $& ')));
    case 'char':
      return splitWords([...trimmed].join(' '));
    case 'none':
      return splitWords(trimmed);
  }
}

function unescape(text: string): string {
  return text
    .replaceAll('<skipped>', '')
    .replaceAll('-\n', '')
    .replaceAll('\n', ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>');
}

/** The rules of mteval-v13a for punctuation in ASCII. */
function splitPunctuation(text: string): string {
  return text
    .replaceAll(/[{-~[-` -&(-+:-@/]/gu, ' $& ')
    .replaceAll(/([^0-9])([.,])/gu, '$1 $2 ')
    .replaceAll(/([.,])([^0-9])/gu, ' $1 $2')
    .replaceAll(/([0-9])(-)/gu, '$1 $2 ');
}

/**
 * What sacrebleu takes for Chinese. Its two ranges beyond the first plane are written with too few digits, so that they
 * mean U+2001–2A6D and U+2F81–2FA1, among them dashes and arrows; ideographs of the second plane are not split.
 */
const CHINESE =
  /[\u2001-\u2a6d\u2e80-\u2fdf\u2ff0-\u303f\u3100-\u312f\u31a0-\u31bf\u31c0-\u31ef\u3200-\u33ff\u3400-\u4db5\u4e00-\u9fbb\uf900-\ufa2d\ufa30-\ufa6a\ufa70-\ufad9\ufe10-\ufe1f\ufe30-\ufe4f\uff00-\uffef]/gu;
