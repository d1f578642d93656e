/**
 * Characters that turn the direction of text or that nobody sees, and that can make a text say something other than what
 * is read: controls of direction, zero-width characters but those that scripts need (joiners), and other controls.
 */
// oxlint-disable-next-line no-control-regex -- these are what is looked for
const HIDDEN = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u061C\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]|[\u{E0000}-\u{E007F}]/gu;

/** The text with such characters shown by their number, such as `[U+202E]`. */
export function visibleText(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll(HIDDEN, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `[U+${code.toString(16).toUpperCase().padStart(4, '0')}]`;
  });
}

/** Characters of a text that are shown at once. */
export const SHOWN_CHARACTERS = 20_000;
