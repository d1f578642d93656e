import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { InvalidConfigError } from '../error/index.ts';
import { errorMessage } from '../util/error-message.ts';

/** Makes the error for a file that cannot be read. */
export type Refuse = (message: string, more?: { line?: number; cause?: unknown }) => InvalidConfigError;

/** The line of a value, from 1, by the keys and indices that lead to it; undefined where it is not known. */
export type LineFinder = (path: readonly PropertyKey[]) => number | undefined;

/**
 * Reads YAML, with the lines of its values. JSON is YAML as well, and is read here for its lines and for keys that it
 * has twice.
 */
export function parseYaml(text: string, refuse: Refuse): { readonly value: unknown; readonly lineOf: LineFinder } {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) throw refuse(`${error.message}.`, { line: lineCounter.linePos(error.pos[0]).line });
  try {
    return { value: document.toJS() ?? {}, lineOf: createLineFinder(document, lineCounter) };
  } catch (cause) {
    throw refuse(`${errorMessage(cause)}.`, { cause });
  }
}

/** Finds lines in a file of YAML or JSON. A value that is missing has the line of what it is missing from. */
function createLineFinder(document: Document, lineCounter: LineCounter): LineFinder {
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
