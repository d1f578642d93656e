/**
 * The stem of a lower-case English word by Porter's algorithm (1980) with the changes that NLTK makes by default, as
 * rouge_score uses it.
 */
export function porterStem(word: string): string {
  const irregular = IRREGULAR.get(word);
  if (irregular !== undefined) return irregular;
  if (word.length <= 2) return word;
  return [plurals, pastAndGerund, finalY, longSuffixes, middleSuffixes, lastSuffixes, finalE, doubleL].reduce(
    (stem, step) => step(stem),
    word,
  );
}

const IRREGULAR: ReadonlyMap<string, string> = new Map([
  ['skies', 'sky'],
  ['sky', 'sky'],
  ['dying', 'die'],
  ['lying', 'lie'],
  ['tying', 'tie'],
  ['news', 'news'],
  ['innings', 'inning'],
  ['inning', 'inning'],
  ['outings', 'outing'],
  ['outing', 'outing'],
  ['cannings', 'canning'],
  ['canning', 'canning'],
  ['howe', 'howe'],
  ['proceed', 'proceed'],
  ['exceed', 'exceed'],
  ['succeed', 'succeed'],
]);

/** The word with `c` for each consonant and `v` for each vowel; y is a vowel behind a consonant. */
function shapeOf(word: string): string {
  let shape = '';
  for (const letter of word) {
    const isVowel = 'aeiou'.includes(letter) || (letter === 'y' && shape.endsWith('c'));
    shape += isVowel ? 'v' : 'c';
  }
  return shape;
}

/** Porter's measure: how often a vowel is followed by a consonant. */
function measure(word: string): number {
  return shapeOf(word).split('vc').length - 1;
}

const hasMeasure = (stem: string) => measure(stem) > 0;
const hasLongMeasure = (stem: string) => measure(stem) > 1;

/** Ends consonant, vowel, consonant, the last none of w, x, y; or is a vowel and a consonant. */
function endsShort(word: string): boolean {
  const shape = shapeOf(word);
  return (shape.endsWith('cvc') && !/[wxy]$/.test(word)) || shape === 'vc';
}

function endsDouble(word: string): boolean {
  return word.length >= 2 && word.at(-1) === word.at(-2) && shapeOf(word).endsWith('c');
}

/** What ends a word, what takes its place, and what the rest must be for that. */
type Rule = readonly [suffix: string, replacement: string, applies?: (stem: string) => boolean];

/** Applies the first rule whose suffix the word has, or none where its condition fails. */
function applyFirst(word: string, rules: readonly Rule[]): string {
  for (const [suffix, replacement, applies] of rules) {
    if (!word.endsWith(suffix)) continue;
    const stem = word.slice(0, word.length - suffix.length);
    return applies === undefined || applies(stem) ? stem + replacement : word;
  }
  return word;
}

function plurals(word: string): string {
  if (word.length === 4 && word.endsWith('ies')) return `${word.slice(0, -3)}ie`;
  return applyFirst(word, [
    ['sses', 'ss'],
    ['ies', 'i'],
    ['ss', 'ss'],
    ['s', ''],
  ]);
}

function pastAndGerund(word: string): string {
  if (word.endsWith('ied')) return `${word.slice(0, -3)}${word.length === 4 ? 'ie' : 'i'}`;
  if (word.endsWith('eed')) return hasMeasure(word.slice(0, -3)) ? word.slice(0, -1) : word;
  const suffix = ['ed', 'ing'].find((ending) => {
    return word.endsWith(ending) && shapeOf(word.slice(0, -ending.length)).includes('v');
  });
  if (suffix === undefined) return word;
  const stem = word.slice(0, -suffix.length);
  if (/(?:at|bl|iz)$/.test(stem)) return `${stem}e`;
  if (endsDouble(stem)) return /[lsz]$/.test(stem) ? stem : stem.slice(0, -1);
  return measure(stem) === 1 && endsShort(stem) ? `${stem}e` : stem;
}

function finalY(word: string): string {
  return applyFirst(word, [['y', 'i', (stem) => stem.length > 1 && shapeOf(stem).endsWith('c')]]);
}

const LONG_SUFFIXES: readonly Rule[] = [
  ...(
    [
      ['ational', 'ate'],
      ['tional', 'tion'],
      ['enci', 'ence'],
      ['anci', 'ance'],
      ['izer', 'ize'],
      ['bli', 'ble'],
      ['alli', 'al'],
      ['entli', 'ent'],
      ['eli', 'e'],
      ['ousli', 'ous'],
      ['ization', 'ize'],
      ['ation', 'ate'],
      ['ator', 'ate'],
      ['alism', 'al'],
      ['iveness', 'ive'],
      ['fulness', 'ful'],
      ['ousness', 'ous'],
      ['aliti', 'al'],
      ['iviti', 'ive'],
      ['biliti', 'ble'],
      ['fulli', 'ful'],
    ] as const
  ).map(([suffix, replacement]): Rule => [suffix, replacement, hasMeasure]),
  // Its l counts as part of the stem.
  ['logi', 'log', (stem) => hasMeasure(`${stem}l`)],
];

function longSuffixes(word: string): string {
  if (word.endsWith('alli') && hasMeasure(word.slice(0, -4))) return longSuffixes(word.slice(0, -2));
  return applyFirst(word, LONG_SUFFIXES);
}

function middleSuffixes(word: string): string {
  return applyFirst(word, [
    ['icate', 'ic', hasMeasure],
    ['ative', '', hasMeasure],
    ['alize', 'al', hasMeasure],
    ['iciti', 'ic', hasMeasure],
    ['ical', 'ic', hasMeasure],
    ['ful', '', hasMeasure],
    ['ness', '', hasMeasure],
  ]);
}

const LAST_SUFFIXES: readonly Rule[] = [
  ...['al', 'ance', 'ence', 'er', 'ic', 'able', 'ible', 'ant', 'ement', 'ment', 'ent'].map((suffix): Rule => [
    suffix,
    '',
    hasLongMeasure,
  ]),
  ['ion', '', (stem) => hasLongMeasure(stem) && /[st]$/.test(stem)],
  ...['ou', 'ism', 'ate', 'iti', 'ous', 'ive', 'ize'].map((suffix): Rule => [suffix, '', hasLongMeasure]),
];

function lastSuffixes(word: string): string {
  return applyFirst(word, LAST_SUFFIXES);
}

function finalE(word: string): string {
  return applyFirst(word, [['e', '', (stem) => hasLongMeasure(stem) || (measure(stem) === 1 && !endsShort(stem))]]);
}

function doubleL(word: string): string {
  return word.endsWith('ll') && hasLongMeasure(word.slice(0, -1)) ? word.slice(0, -1) : word;
}
