import { expect, test } from 'vitest';
import { visibleText } from './visible-text.ts';

test.each([
  ['user\u202Egnp.exe', 'user[U+202E]gnp.exe'],
  ['\u2066a\u2069', '[U+2066]a[U+2069]'],
  ['zero\u200Bwidth\uFEFF', 'zero[U+200B]width[U+FEFF]'],
  ['bell\u0007 escape\u001B[31m', 'bell[U+0007] escape[U+001B][31m'],
  ['tag\u{E0041}', 'tag[U+E0041]'],
  ['line\u2028end', 'line[U+2028]end'],
  ['soft\u00ADhyphen', 'soft[U+00AD]hyphen'],
  ['a\r\nb\tc', 'a\nb\tc'],
  // Joiners make letters and emoji.
  ['می\u200Cخواهم 👩\u200D💻', 'می\u200Cخواهم 👩\u200D💻'],
  ['中文 العربية עברית हिन्दी é 🇩🇪', '中文 العربية עברית हिन्दी é 🇩🇪'],
])('%j', (text, shown) => expect(visibleText(text)).toBe(shown));
