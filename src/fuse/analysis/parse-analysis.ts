import { parsePartialJson } from 'ai';
import type { FusionAnalysis } from '../../spec/fusion-analysis.ts';
import { cutMiddle } from '../../util/cut-middle.ts';
import { ANALYSIS_LISTS, MAX_POINTS } from './analysis-text.ts';

/** Longest point that is kept, in UTF-16 units. */
const POINT_LENGTH = 300;

/** What models call the four lists, in letters alone. */
const NAMES: Readonly<Record<keyof FusionAnalysis, RegExp>> = {
  agreement: /^(?:points?of)?(?:agree|consensus|common)/,
  contradictions: /^(?:pointsof)?(?:contradict|disagree|conflict)/,
  uniquePoints: /^unique/,
  blindSpots: /^(?:blindspot|missing|gap|omission)/,
};

/**
 * Reads an analysis as models write it: JSON, also inside prose, a block of code, or cut off at the end; or headings
 * with points below them. Undefined where there is neither.
 */
export async function parseAnalysis(text: string): Promise<FusionAnalysis | undefined> {
  return (await fromJson(text)) ?? fromHeadings(text);
}

async function fromJson(text: string): Promise<FusionAnalysis | undefined> {
  const start = text.indexOf('{');
  if (start === -1) return undefined;
  const whole = await parsePartialJson(text.slice(start, text.lastIndexOf('}') + 1));
  const { value } = whole.value === undefined ? await parsePartialJson(text.slice(start)) : whole;
  return typeof value === 'object' && value !== null ? fromEntries(Object.entries(value)) : undefined;
}

function fromHeadings(text: string): FusionAnalysis | undefined {
  const sections: [string, string[]][] = [];
  for (const line of text.split('\n')) {
    const [, heading = '', rest = ''] =
      /^[\s#*>\d.)-]*([A-Za-z][A-Za-z _]{3,30})[*\s]*(?::[*\s]*(.*))?$/.exec(line) ?? [];
    if (listNamed(heading) !== undefined) sections.push([heading, [rest]]);
    else sections.at(-1)?.[1].push(line.replace(/^\s*(?:[-*•]|\d{1,3}[.)])\s+/, ''));
  }
  return fromEntries(sections);
}

/** Undefined where no entry is one of the lists. */
function fromEntries(entries: readonly (readonly [string, unknown])[]): FusionAnalysis | undefined {
  const known = entries.filter(([name]) => listNamed(name) !== undefined);
  if (known.length === 0) return undefined;
  const lists = ANALYSIS_LISTS.map((list) => {
    const points = known.filter(([name]) => listNamed(name) === list).flatMap(([, value]) => toPoints(value));
    // Small models repeat themselves.
    return [list, [...new Set(points)].slice(0, MAX_POINTS)];
  });
  return Object.fromEntries(lists) as Record<keyof FusionAnalysis, readonly string[]>;
}

function listNamed(name: string): keyof FusionAnalysis | undefined {
  const letters = name.replaceAll(/[^A-Za-z]/g, '').toLowerCase();
  return ANALYSIS_LISTS.find((list) => NAMES[list].test(letters));
}

/** One line for each point, whatever a model makes of a point. */
function toPoints(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(toPoints);
  if (typeof value === 'object' && value !== null) return toPoints(Object.values(value).flatMap(toPoints).join(': '));
  if (typeof value !== 'string') return [];
  const line = cutMiddle(value.replaceAll(/\s+/g, ' ').trim(), POINT_LENGTH).text;
  return /^(?:none|nothing|n\/a|-)?\.?$/i.test(line) ? [] : [line];
}
