import type { Change } from './changes-between.ts';

/** A text with what it leaves out of another and what it adds. */
export function ChangeList({ changes }: { readonly changes: readonly Change[] }) {
  return changes.map(({ kept, removed, added }, index) => (
    <span key={index}>
      {kept}
      {removed !== '' && <del>{removed}</del>}
      {added !== '' && <ins>{added}</ins>}
    </span>
  ));
}
