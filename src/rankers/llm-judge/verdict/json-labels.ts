import { parseJson } from '../../../util/parse-json.ts';

/** Names of what a judge says about its verdict, and of what it is not sure of. */
const REASONS =
  /reason|explan|analys|thought|think|justif|rationale|comment|feedback|critique|evaluation|summary|strength|weakness|notes?$/i;
/** Names of a verdict. */
const VERDICT =
  /winner|verdict|choice|chosen|prefer|decision|better|best|select|judge?ment|answer|result|output|pick|loser|label|final|tie$|ranking|worse/i;
/** Longest text that can be a verdict, in UTF-16 units. */
const MAX_VALUE = 60;

/** Values of a JSON object, each with the names that lead to it. */
interface Leaf {
  readonly path: readonly string[];
  readonly value: string | number | boolean;
}

/**
 * Replaces a JSON object by lines such as "winner: B": what explains the verdict is left out, since it speaks for both.
 * Where it is no JSON, but begins like it, the pairs of a name and a value that are whole are taken.
 */
export function withoutJson(text: string): string {
  const start = text.search(/\[\s*\{|\{/);
  if (start < 0) return text;
  const end = Math.max(text.lastIndexOf('}'), text.lastIndexOf(']')) + 1;
  const whole = end > start ? parseJson(text.slice(start, end)) : undefined;
  if (typeof whole === 'object' && whole !== null) {
    const labels = toLabels(leavesOf(whole));
    return `${text.slice(0, start)}\n${labels.join('\n')}\n${text.slice(end)}`;
  }
  const broken = /^[^{]{0,200}\{\s*["']?\w+["']?\s*:/.test(text.slice(0, 300));
  if (!broken) return text;
  const last = text.lastIndexOf('}') + 1;
  const leaves = [...text.slice(text.indexOf('{'), last === 0 ? undefined : last).matchAll(PAIRS)].map(
    ({ groups = {} }): Leaf => ({
      path: [groups['name'] ?? ''],
      value: groups['double'] ?? groups['single'] ?? groups['bare'] ?? '',
    }),
  );
  return [text.slice(0, text.indexOf('{')), ...toLabels(leaves), last === 0 ? '' : text.slice(last)].join('\n');
}

/** A name and a whole value of what is nearly JSON. */
const PAIRS =
  /["']?(?<name>\w{1,40})["']?\s*:\s*(?:"(?<double>(?:[^"\\]|\\.)*)"|'(?<single>(?:[^'\\]|\\.)*)'|(?<bare>[\w.]{1,40})(?=\s*[,}\n]))/g;

function leavesOf(value: unknown, path: readonly string[] = []): readonly Leaf[] {
  if (path.length > 6) return [];
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return [{ path, value }];
  if (Array.isArray(value)) {
    const items = value as readonly unknown[];
    const inner = items.every((item) => typeof item === 'string' || typeof item === 'number');
    if (inner) return [{ path, value: items.join(' > ') }];
    return items.flatMap((item) => leavesOfItem(item, path));
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => leavesOf(inner, [...path, name]));
}

const CANDIDATE = /^(?:candidate|response|answer|assistant|model|output|id|name)$/i;

/** An item of a list is called by the candidate it is about: `{"candidate": "A", "score": 8}`. */
function leavesOfItem(item: unknown, path: readonly string[]): readonly Leaf[] {
  if (typeof item !== 'object' || item === null) return leavesOf(item, path);
  const [about, ...others] = Object.entries(item).filter(([name]) => CANDIDATE.test(name));
  if (about === undefined || others.length > 0) return leavesOf(item, path);
  const rest = Object.entries(item).filter(([name]) => name !== about[0]);
  return leavesOf(Object.fromEntries(rest), [...path, String(about[1])]);
}

function toLabels(leaves: readonly Leaf[]): readonly string[] {
  const short = leaves.filter(({ path, value }) => !isReason(path) && String(value).length <= MAX_VALUE);
  const top = short.filter(({ path }) => VERDICT.test(path.at(-1) ?? '') && path.length <= 2);
  const highest = Math.min(...top.map(({ path }) => path.length));
  const named = top.filter(({ path }) => path.length === highest);
  const scores = short.filter(({ value }) => typeof value === 'number' && !named.some((leaf) => leaf.value === value));
  const chosen = named.length > 0 ? [...named, ...(highest > 1 ? [] : totals(scores))] : short;
  if (chosen.length === 0) return leaves.map(({ value }) => String(value));
  return chosen.flatMap(({ path, value }) => {
    const name = path
      .map((part) => part.replace(/[_-]+/g, ' ').replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2'))
      .join(value === true ? ' ' : ': ');
    if (value === false) return [];
    if (value === true) return [name];
    return [`${name}: ${value}`];
  });
}

/** Scores of single criteria are no verdict beside one. */
function totals(scores: readonly Leaf[]): readonly Leaf[] {
  return scores.filter(({ path }) => path.length <= 2 && /score|total|overall|rating|points/i.test(path.join(' ')));
}

function isReason(path: readonly string[]): boolean {
  return path.some((name) => REASONS.test(name) && !VERDICT.test(name));
}
