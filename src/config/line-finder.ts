import { type Document, isMap, isNode, isScalar, isSeq, type LineCounter } from 'yaml';

/** The line of a value, from 1, by the keys and indices that lead to it; undefined where it is not known. */
export type LineFinder = (path: readonly PropertyKey[]) => number | undefined;

/** Finds lines in a file of YAML or JSON. A value that is missing has the line of what it is missing from. */
export function createLineFinder(document: Document, lineCounter: LineCounter): LineFinder {
  return (path) => {
    let node: unknown = document.contents;
    let offset = offsetOf(node);
    for (const key of path) {
      const [start, value] = childOf(node, key);
      if (start === undefined) break;
      offset = start;
      node = value;
    }
    return offset === undefined ? undefined : lineCounter.linePos(offset).line;
  };
}

/** Where an entry of a map or a list begins, and its value. */
function childOf(node: unknown, key: PropertyKey): readonly [start: number | undefined, value: unknown] {
  if (isMap(node)) {
    const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
    return [offsetOf(pair?.key), pair?.value];
  }
  const item = isSeq(node) && typeof key === 'number' ? node.items[key] : undefined;
  return [offsetOf(item), item];
}

function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
