/**
 * Characters that nobody sees, and that can make a text say something other than what is read: controls, such as those
 * that turn the direction of text, and formatting characters but for those that scripts need, the joiners and the signs of
 * Arabic and Syriac.
 */
const HIDDEN = /[[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]--[\u200D\t\n\u200C\u0600-\u0605\u06DD\u070F\u08E2]]/gv;

/** The text with such characters shown by their number, such as `[U+202E]`. */
export function visibleText(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll(HIDDEN, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `[U+${code.toString(16).toUpperCase().padStart(4, '0')}]`;
  });
}

/** Characters of a text that are shown at once. */
export const SHOWN_CHARACTERS = 20_000;
