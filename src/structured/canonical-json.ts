/**
 * Writes a value as JSON in one form, so that equal values are equal texts: indented by two, with the keys in the order
 * in which the schema first names them, and others after these by the alphabet.
 */
export function canonicalJson(value: unknown, keyOrder: ReadonlyMap<string, number>): string {
  const place = (key: string) => keyOrder.get(key) ?? keyOrder.size;
  const sorted = (one: unknown): unknown => {
    if (Array.isArray(one)) return one.map(sorted);
    if (typeof one !== 'object' || one === null) return one;
    const entries = Object.entries(one).toSorted(
      ([left], [right]) => place(left) - place(right) || (left < right ? -1 : 1),
    );
    return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
  };
  return JSON.stringify(sorted(value), null, 2);
}

/** The names of all properties in a JSON schema, counted in their order. */
export function schemaKeyOrder(schema: unknown): ReadonlyMap<string, number> {
  const order = new Map<string, number>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      if (key === 'properties' && typeof inner === 'object' && inner !== null) {
        for (const name of Object.keys(inner)) if (!order.has(name)) order.set(name, order.size);
      }
      visit(inner);
    }
  };
  visit(schema);
  return order;
}
