/** The rankers that ship with the package, by name: folders of `models/` beside `src/` and `dist/`. */
export const SHIPPED_RANKERS = ['small', 'embedded'] as const;

/** The rankers that are downloaded by name. */
export const PUBLISHED_RANKERS = ['pairrm'] as const;

/** Any name of a ranker; editors complete those that are known. */
export type RankerNameText =
  | (typeof SHIPPED_RANKERS)[number]
  | (typeof PUBLISHED_RANKERS)[number]
  | `${(typeof PUBLISHED_RANKERS)[number]}:int8`
  // Keeps the names above apart from all other texts, for the editor.
  | (string & {});

/** The parts of a ranker's name. */
export type RankerName =
  | { readonly kind: 'shipped'; readonly name: (typeof SHIPPED_RANKERS)[number] }
  | { readonly kind: 'published'; readonly name: (typeof PUBLISHED_RANKERS)[number] }
  /** `judge:MODEL`, which compares two answers a call. */
  | { readonly kind: 'judge'; readonly model: string }
  /** `judge-list:MODEL`, which ranks all answers in one call. */
  | { readonly kind: 'list-judge'; readonly model: string }
  /** `cascade:RANKER`, which uses the ranker only for pairs that the default ranker leaves uncertain. */
  | { readonly kind: 'cascade'; readonly ranker: RankerName }
  /** `RANKER:int8`, with weights in 8 bits. */
  | { readonly kind: 'int8'; readonly ranker: RankerName }
  /** Anything else: a folder, or an alias that has not been expanded. */
  | { readonly kind: 'folder'; readonly path: string };

/** Reads the name of a ranker. Looks at the text alone: whether a folder exists is for the caller to find out. */
export function parseRankerName(text: string): RankerName {
  const [, prefix, rest = ''] = /^(judge|judge-list|cascade):(.*)$/s.exec(text) ?? [];
  if (prefix === 'cascade') return { kind: 'cascade', ranker: parseRankerName(rest) };
  if (prefix !== undefined && rest !== '') return { kind: prefix === 'judge' ? 'judge' : 'list-judge', model: rest };
  const whole = /^(.+):int8$/s.exec(text)?.[1];
  if (whole !== undefined) return { kind: 'int8', ranker: parseRankerName(whole) };
  const shipped = SHIPPED_RANKERS.find((name) => name === text);
  if (shipped !== undefined) return { kind: 'shipped', name: shipped };
  const published = PUBLISHED_RANKERS.find((name) => name === text);
  if (published !== undefined) return { kind: 'published', name: published };
  return { kind: 'folder', path: text };
}

/** Writes the name of a ranker: the inverse of {@link parseRankerName}. */
export function formatRankerName(ranker: RankerName): string {
  switch (ranker.kind) {
    case 'judge':
      return `judge:${ranker.model}`;
    case 'list-judge':
      return `judge-list:${ranker.model}`;
    case 'cascade':
      return `cascade:${formatRankerName(ranker.ranker)}`;
    case 'int8':
      return `${formatRankerName(ranker.ranker)}:int8`;
    case 'folder':
      return ranker.path;
    default:
      return ranker.name;
  }
}
