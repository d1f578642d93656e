/** The same keys with other values. */
export function mapValues<VALUE, RESULT>(
  record: Readonly<Record<string, VALUE>>,
  map: (value: VALUE, key: string) => RESULT,
): Readonly<Record<string, RESULT>> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}
