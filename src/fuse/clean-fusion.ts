import { type Task, taskText } from '../spec/task.ts';
import type { PromptFences } from './fusion-material.ts';

/** What a fused text was written from. */
export interface FusionSources {
  readonly fences: PromptFences;
  readonly task: Task;
  readonly candidates: readonly string[];
}

/**
 * A fused text without fence lines and labels of its prompt, which small models repeat: copies of candidates under their
 * labels are left out, a label before the answer itself is taken off, and so are lines with labels at the end. Undefined
 * where that is not enough, since the text has several parts with labels, or speaks of candidates by their labels. A word
 * that the task or a candidate has as well is no label.
 */
export function cleanFusion(text: string, sources: FusionSources): string | undefined {
  if (!mayHaveMarks(text, sources.fences)) return text;
  const { separator, leftover } = findMarks(sources);
  const sections = splitSections(text, separator).filter(({ body }) => body !== '');
  if ((sections[0]?.body ?? '') === text.trim() && !leftover.test(text)) return text;
  const own = sections
    .map(({ label, body }) => ({ label, body: label === undefined ? body : withoutCopy(body, sources.candidates) }))
    .filter(({ body, label }) => body !== '' && !isNotes(label, sources.fences));
  const kept = keptSections(own, sections);
  if (kept === undefined) return undefined;
  const cleaned = withoutEnd(kept.map(({ body }) => body).join('\n\n'), leftover);
  return cleaned === '' || leftover.test(cleaned) ? undefined : cleaned;
}

/** False for most answers, which then cost next to nothing. */
function mayHaveMarks(text: string, { labels }: PromptFences): boolean {
  if (/[0-9a-f]{14}/.test(text)) return true;
  const lower = text.toLowerCase();
  return basesOf(labels).some((base) => {
    const spoken = SPOKEN.get(base)?.split('|').at(-1)?.toLowerCase();
    return lower.includes(base) || (spoken !== undefined && lower.includes(spoken));
  });
}

/** `draft` for the labels `draft-1` and `draft-2`. */
function basesOf(labels: readonly string[]): readonly string[] {
  return [...new Set(labels.flatMap((label) => /^([\w-]+?)[-_]\d+$/.exec(label)?.[1] ?? []))];
}

/** The parts that are the answer; undefined where several have labels, and it could be any of them. */
function keptSections(own: readonly Section[], all: readonly Section[]): readonly Section[] | undefined {
  // Where all of it is copies, the first of them.
  const [first] = own;
  if (first === undefined) return all.slice(0, 1);
  if (new Set(own.flatMap(({ label }) => label ?? [])).size <= 1) return own;
  // An answer, and not words before the first label; then the model has begun to go on with the pattern of its prompt.
  return first.label === undefined && !first.body.endsWith(':') ? [first] : undefined;
}

/** A text without lines at its end that have a label: the model has begun to repeat its prompt. */
function withoutEnd(text: string, leftover: RegExp): string {
  const lines = text.split('\n');
  const end = lines.findLastIndex((line) => line.trim() !== '' && !leftover.test(line));
  if (end === lines.length - 1) return text;
  const kept = lines.slice(0, end + 1).join('\n');
  return kept.trimEnd();
}

/** True for the label of what is no candidate, such as the analysis: those of candidates are counted. */
function isNotes(label: string | undefined, { labels }: PromptFences): boolean {
  return label !== undefined && labels.includes(label) && !/\d$/.test(label);
}

/** What models call a candidate whose label begins so; a capital makes the word a name. */
const SPOKEN = new Map([
  ['draft', '[Dd]raft|DRAFT'],
  ['output', 'Output|OUTPUT'],
  ['extra_id', 'Candidate|CANDIDATE'],
]);

/** A fence line, also where the model got the hash wrong or left out the end. */
const FENCE = String.raw`(?:<|&lt;)/?(?<fence>[\w-]{1,40}) [0-9a-f]{14,18}(?: [^<>\n]{0,60})?(?:>|&gt;|$)`;

/** What parts a text by labels, and what must be in none of the parts. */
function findMarks({ fences: { mark, labels }, task, candidates }: FusionSources) {
  const given = [taskText(task), ...candidates].join('\n').toLowerCase();
  const bases = basesOf(labels);
  const exact = bases
    .filter((base) => !new RegExp(`${base}[-_]\\d`, 'i').test(given))
    .map((base) => String.raw`${base}[-_]\d{1,2}\b`);
  const words = bases
    .flatMap((base) => SPOKEN.get(base) ?? [])
    .filter((word) => !given.includes(word.slice(word.indexOf('|') + 1).toLowerCase()))
    .map((word) => `(?:${word})s?[ -]#?`);
  const names = [...exact, ...words.map((word) => String.raw`${word}\d{1,2}\b`)];
  const headings = [...names, ...words.map((word) => String.raw`${word}[A-H]\b`)];
  const tag = String.raw`(?:<|&lt;)/?(?<tag>${exact.join('|')})[^<>\n]{0,80}(?:>|&gt;|$)`;
  const heading = String.raw`^[ \t]*(?:#{1,6} |[-*>] |\d{1,2}[.)] |[Tt]he )?[*_"'\[(]{0,3}(?<heading>${headings.join('|')})(?: [0-9a-f]{14,18}| \([^()\n]{0,40}\))?[*_"'\])]{0,3}(?::[*_]{0,2}|(?<=\]) |$(?:\n[=-]{3,}$)?)`;
  const separators = [FENCE, ...(exact.length === 0 ? [] : [tag]), ...(headings.length === 0 ? [] : [heading])];
  // A prompt of the caller's own may have no fences.
  const leftovers = [...(mark === '' ? [] : [mark]), FENCE, ...names.map((name) => String.raw`(?<![\w-])${name}`)];
  return { separator: new RegExp(separators.join('|'), 'gm'), leftover: new RegExp(leftovers.join('|'), 'm') };
}

/** A part of a text, without white space around it. */
interface Section {
  /** The label that stands before it. */
  readonly label: string | undefined;
  readonly body: string;
}

function splitSections(text: string, separator: RegExp): readonly Section[] {
  const sections: Section[] = [];
  let label: string | undefined;
  let start = 0;
  for (const { index, 0: found, groups = {} } of text.matchAll(separator)) {
    sections.push({ label, body: text.slice(start, index).trim() });
    const isEnd = /^(?:<|&lt;)\//.test(found);
    label = isEnd
      ? undefined
      : (groups['fence'] ?? groups['tag'] ?? groups['heading'])?.toLowerCase().replace(/[ _]/g, '-');
    start = index + found.length;
  }
  return [...sections, { label, body: text.slice(start).trim() }];
}

/** What a part has besides a candidate that it begins with. */
function withoutCopy(body: string, candidates: readonly string[]): string {
  const copied = candidates.map((candidate) => candidate.trim()).filter((candidate) => body.startsWith(candidate));
  return body.slice(Math.max(0, ...copied.map(({ length }) => length))).trim();
}
