/**
 * What of a report is shown, as it stands behind the # of the address: `#find=recursion&example=7`. In the page, the id of
 * the report stands before it: `#ID&find=recursion`.
 */
export type Address = Readonly<Record<string, string>>;

/** What the address says now. */
export function readAddress(): Address {
  return Object.fromEntries(new URLSearchParams(splitHash().rest));
}

/** A link to what is shown; empty values are left out. */
export function addressOf(shown: Address): string {
  const { id } = splitHash();
  const rest = new URLSearchParams(Object.entries(shown).filter(([, value]) => value !== '')).toString();
  return `#${[id, rest].filter((part) => part !== '').join('&')}`;
}

/** Puts into the address what is shown, so that it survives a reload and can be sent to others. */
export function writeAddress(shown: Address): void {
  history.replaceState(history.state, '', addressOf(shown));
}

/** Calls back when a link changes the address. */
export function onAddress(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}

/** The id of the report in the page; empty in a file of its own. */
function splitHash(): { id: string; rest: string } {
  const [first = '', ...others] = location.hash.slice(1).split('&');
  return first.includes('=') ? { id: '', rest: [first, ...others].join('&') } : { id: first, rest: others.join('&') };
}
