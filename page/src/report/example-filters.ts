import type { ExampleMark, ReportEntry } from '../../../src/evaluate/report/report-data.ts';

export const MARK_NAMES: Readonly<Record<ExampleMark, string>> = {
  best: 'chose the best',
  missed: 'missed the best',
  unknown: 'chose one without a verdict',
  fused: 'kept a fused answer',
  candidate: 'kept a candidate',
  failed: 'failed',
};

export const ORDERS = {
  file: 'as in the data',
  shortest: 'shortest question first',
  disputed: 'most missed first',
} as const;

/** Which examples are listed, and in which order. Empty texts let all through. */
export interface ExampleFilter {
  readonly find: string;
  readonly category: string;
  /** The value of a {@link Choice}. */
  readonly where: string;
  readonly order: keyof typeof ORDERS;
}

export const NO_FILTER: ExampleFilter = { find: '', category: '', where: '', order: 'file' };

/** One thing that examples are filtered by. */
export interface Choice {
  readonly value: string;
  readonly name: string;
}

/** By what became of examples: what rankers and blends made of them, and which model has the best answer. */
export function choicesOf(entries: readonly ReportEntry[]): readonly Choice[] {
  const marks = new Set(entries.flatMap(({ marks: own }) => Object.entries(own).map((pair) => pair.join('\n'))));
  const models = new Set(entries.flatMap(({ best = [] }) => best));
  const byMark = [...marks].toSorted().map((value) => {
    const [system, mark] = value.split('\n');
    return { value, name: `${system} ${MARK_NAMES[mark as ExampleMark]}` };
  });
  return [
    ...(byMark.length > 1 ? byMark : []),
    ...(entries.some(differs) ? [{ value: 'differ', name: 'they differ' }] : []),
    ...[...models].toSorted().flatMap((model) => [
      { value: `best\n${model}`, name: `${model} is best` },
      { value: `other\n${model}`, name: `${model} is not best` },
    ]),
  ];
}

/** Places of the examples that are listed, in their order. */
export function filterExamples(
  entries: readonly ReportEntry[],
  { find, category, where, order }: ExampleFilter,
): readonly number[] {
  const wanted = find.toLowerCase();
  const places = entries.flatMap((entry, place) =>
    (category === '' || entry.category === category) &&
    (where === '' || isChosen(entry, where)) &&
    (wanted === '' || `${entry.id}\n${entry.title}`.toLowerCase().includes(wanted))
      ? [place]
      : [],
  );
  const missed = (place: number) => Object.values(entries[place]?.marks ?? {}).filter((one) => one === 'missed').length;
  if (order === 'shortest')
    return places.toSorted((a, b) => (entries[a]?.title.length ?? 0) - (entries[b]?.title.length ?? 0));
  return order === 'disputed' ? places.toSorted((a, b) => missed(b) - missed(a)) : places;
}

function isChosen(entry: ReportEntry, where: string): boolean {
  if (where === 'differ') return differs(entry);
  const [kind = '', name = ''] = where.split('\n');
  if (entry.marks[kind] === name) return true;
  if (entry.best === undefined) return false;
  return (kind === 'best' && entry.best.includes(name)) || (kind === 'other' && !entry.best.includes(name));
}

/** Whether one ranker chose the best, and another did not. */
function differs({ marks }: ReportEntry): boolean {
  return new Set(Object.values(marks)).size > 1;
}
