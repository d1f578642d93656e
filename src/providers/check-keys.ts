import { InvalidArgumentError } from '../error/index.ts';
import type { Provider } from './find-provider.ts';

/**
 * Keys and headers are pasted, and bring along what no header can hold.
 *
 * @throws InvalidArgumentError that names the variable or the header, without its value.
 */
export function checkKeys({ name, apiKey = '', keyVariable = 'the key', headers }: Provider): void {
  checkText(keyVariable, apiKey, /[^\x20-\x7E]/u);
  for (const [header, value] of Object.entries(headers)) {
    checkText(`providers.${name}.headers.${header}`, value, /[^\t\x20-\x7E\xA0-\xFF]/u);
  }
}

function checkText(parameter: string, text: string, unsendable: RegExp): void {
  const found = unsendable.exec(text);
  if (found === null) return;
  throw new InvalidArgumentError({
    parameter,
    value: '[redacted]',
    message: `it contains ${describe(found[0])} (character ${found.index + 1} of ${text.length}), which cannot be sent. Set it again without it.`,
  });
}

function describe(character: string): string {
  if (/[\r\n]/.test(character)) return 'a line break';
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `${/\p{Cf}/u.test(character) ? 'the invisible character' : 'the character'} U+${code}`;
}
