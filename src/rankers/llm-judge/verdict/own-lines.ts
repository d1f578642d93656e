import { type Claim, STRENGTH } from './claim.ts';
import { readLine, readMarker } from './read-choice.ts';
import type { Token } from './reply-tokens.ts';

type Lines = readonly (readonly Token[])[];

/**
 * The claims of lines that are nothing but a choice, where they are the judge's: the first line, and the last. Empty for
 * the others, for headings ("Output (a)" above "Output (b)"), and for the choices as asked.
 */
export function readOwnLines(lines: Lines, taken: ReadonlySet<number>): readonly (readonly Claim[])[] {
  const last = lines.length - 1;
  const own = unnumbered(lines).map((line, index) => (taken.has(index) ? [] : readLine(line, { only: last === 0 })));
  for (const [index, line] of lines.entries()) if (isChoicePair(line, lines[index + 1])) own.splice(index, 2, [], []);
  const different = (upTo: number) =>
    new Set(own.slice(0, upTo).flatMap((claims) => claims.map(({ verdict }) => verdict))).size;
  const heading = last > 0 && isHeading(lines[last] ?? [], lines[last - 1] ?? []);
  // A line that is nothing but one side is a heading where the other has one too; three and more are the choices as asked.
  const opens = different(last) === 1 && !(heading && last === 1);
  const closes = different(last + 1) < 3 && !heading;
  return own.map((claims, index) => ((index === 0 && opens) || (index === last && closes) ? claims : []));
}

/** Without the numbers of a list that goes on: "3. …", "4. So A is better". */
function unnumbered(lines: Lines): Lines {
  let number = 0;
  return lines.map((line) => {
    const [first, dot] = line;
    if (first?.kind !== 'number' || !/^[.)]$/.test(dot?.text ?? '')) return line;
    const goesOn = Number(first.text) > 2 && Number(first.text) === number + 1;
    number = Number(first.text);
    return goesOn && line.length > 3 ? line.slice(2) : line;
  });
}

/** "1. A is better" and "2. B is better" in two lines: choices as asked. */
function isChoicePair(line: readonly Token[], next: readonly Token[] | undefined): boolean {
  return line[0]?.text === '1' && next?.[0]?.text === '2' && line.length > 2 && line.length === next.length;
}

/** "1. A is better, 2. B is better, 3. Same good": the choices as asked. */
export function isChoiceList(line: readonly Token[]): boolean {
  const numbers = new Set(
    line.flatMap(({ text }, index) => (/^[.):]$/.test(line[index + 1]?.text ?? '') ? [text] : [])),
  );
  return ['1', '2', '3'].every((number) => numbers.has(number));
}

/** "Response A (winner)" and "Response B" in two lines name both. */
function isHeading([side, ...rest]: readonly Token[], before: readonly Token[]): boolean {
  const other = before[0];
  if (side?.kind !== 'side' || rest.length > 0 || other?.kind !== 'side' || other.side === side.side) return false;
  return before.length <= 5 && !/^[.!]$/.test(before.at(-1)?.text ?? '');
}

/**
 * The choice that stands before the first line, where no other line has one. A number may count the reasons, so that it
 * only bears out, or contradicts, what the line says.
 */
export function readOnlyMarker(
  [first = [], ...others]: Lines,
  { stated }: { /** The line says something itself. */ stated: boolean },
): readonly Claim[] {
  const marker = readMarker(first);
  if (marker === undefined || others.some((line) => readMarker(line) !== undefined)) return [];
  return marker.isNumber && !stated ? [] : [{ verdict: marker.verdict, strength: STRENGTH.conclusion }];
}
