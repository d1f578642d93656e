/** Addresses that models fetch themselves: patterns by media type, as `supportedUrls` of a model has them. */
export type UrlPatterns = Readonly<Record<string, readonly RegExp[]>>;

/** The addresses that all models fetch themselves: others are downloaded before a model is asked. */
export function intersectUrls(patterns: readonly UrlPatterns[]): Record<string, RegExp[]> {
  const [first = {}, ...others] = patterns;
  const all = others.reduce<UrlPatterns>(intersectTwo, first);
  return Object.fromEntries(Object.entries(all).map(([mediaType, regexes]) => [mediaType, [...regexes]]));
}

function intersectTwo(left: UrlPatterns, right: UrlPatterns): UrlPatterns {
  const found = new Map<string, RegExp[]>();
  for (const [leftType, leftPatterns] of Object.entries(left)) {
    for (const [rightType, rightPatterns] of Object.entries(right)) {
      const mediaType = narrowerType(leftType.toLowerCase(), rightType.toLowerCase());
      if (mediaType === undefined) continue;
      const both = leftPatterns.flatMap((one) => rightPatterns.flatMap((other) => matchingBoth(one, other) ?? []));
      const known = found.get(mediaType) ?? [];
      const isNew = (regex: RegExp, index: number) =>
        ![...known, ...both.slice(0, index)].some((other) => String(other) === String(regex));
      if (both.length > 0) found.set(mediaType, [...known, ...both.filter(isNew)]);
    }
  }
  return Object.fromEntries(found);
}

/** The media type that two patterns such as `image/*` and `image/png` have in common; undefined where they have none. */
function narrowerType(left: string, right: string): string | undefined {
  if (left === right || isAnyType(right)) return left;
  if (isAnyType(left)) return right;
  if (right.endsWith('/*') && left.startsWith(right.slice(0, -1))) return left;
  if (left.endsWith('/*') && right.startsWith(left.slice(0, -1))) return right;
  return undefined;
}

function isAnyType(mediaType: string): boolean {
  return mediaType === '*' || mediaType === '*/*';
}

/** A pattern for what two patterns both match; undefined where they cannot be joined, and the file is downloaded. */
function matchingBoth(left: RegExp, right: RegExp): RegExp | undefined {
  if (String(left) === String(right)) return left;
  // Numbers and names of groups would mean others.
  if (left.flags !== right.flags || /\\[1-9k]|\(\?</.test(left.source + right.source)) return undefined;
  const anywhere = ({ source }: RegExp) => String.raw`(?=[\s\S]*?(?:${source}))`;
  return new RegExp(`^${anywhere(left)}${anywhere(right)}`, left.flags);
}
