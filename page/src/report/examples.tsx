import { useEffect, useMemo, useState } from 'react';
import type { ExampleMark, ReportEntry, ReportExample } from '../../../src/evaluate/report/report-data.ts';
import { visibleText } from '../text/visible-text.ts';
import { ExampleView } from './example-view.tsx';

/** Reads a block of examples by its number, from 0. */
export type ReadBlock = (number: number) => Promise<readonly ReportExample[]>;

/** Examples on one page of the list. */
const PAGE_SIZE = 25;

const MARK_NAMES: Readonly<Record<ExampleMark, string>> = {
  best: 'chose the best',
  missed: 'missed the best',
  unknown: 'chose one without a verdict',
  fused: 'kept a fused answer',
  candidate: 'kept a candidate',
  failed: 'failed',
};

const ORDERS = {
  file: 'as in the data',
  shortest: 'shortest question first',
  disputed: 'most missed first',
} as const;

/** All examples: filtered, in order, and each opened on demand. */
export function Examples({
  entries,
  blockSize,
  readBlock,
}: {
  readonly entries: readonly ReportEntry[];
  readonly blockSize: number;
  readonly readBlock: ReadBlock;
}) {
  const readExample = useMemo(() => exampleReader(readBlock, blockSize), [readBlock, blockSize]);
  const [words, setWords] = useState('');
  const [category, setCategory] = useState('');
  const [mark, setMark] = useState('');
  const [order, setOrder] = useState<keyof typeof ORDERS>('file');
  const [page, setPage] = useState(0);
  const categories = useMemo(
    () => [...new Set(entries.flatMap((entry) => entry.category ?? []))].toSorted(),
    [entries],
  );
  const marks = useMemo(
    () =>
      [...new Set(entries.flatMap((entry) => Object.entries(entry.marks).map((pair) => pair.join('\n'))))].toSorted(),
    [entries],
  );
  const found = useMemo(() => {
    const wanted = words.toLowerCase();
    const [system = '', word] = mark.split('\n');
    const places = entries.flatMap((entry, place) =>
      (category === '' || entry.category === category) &&
      (mark === '' || entry.marks[system] === word) &&
      (wanted === '' || `${entry.id}\n${entry.title}`.toLowerCase().includes(wanted))
        ? [place]
        : [],
    );
    const missed = (place: number) =>
      Object.values(entries[place]?.marks ?? {}).filter((one) => one === 'missed').length;
    if (order === 'shortest')
      return places.toSorted((a, b) => (entries[a]?.title.length ?? 0) - (entries[b]?.title.length ?? 0));
    return order === 'disputed' ? places.toSorted((a, b) => missed(b) - missed(a)) : places;
  }, [entries, words, category, mark, order]);
  const pages = Math.max(1, Math.ceil(found.length / PAGE_SIZE));
  const shown = Math.min(page, pages - 1);
  const change =
    <VALUE,>(set: (value: VALUE) => void) =>
    (value: VALUE) => {
      set(value);
      setPage(0);
    };
  if (entries.length === 0) return null;
  return (
    <section aria-labelledby="examples-title">
      <h2 id="examples-title">Examples</h2>
      <form className="filters" onSubmit={(event) => event.preventDefault()}>
        <label>
          Find <input type="search" value={words} onChange={({ target }) => change(setWords)(target.value)} />
        </label>
        {categories.length > 1 && (
          <label>
            Category{' '}
            <select value={category} onChange={({ target }) => change(setCategory)(target.value)}>
              <option value="">all</option>
              {categories.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
        )}
        {marks.length > 1 && (
          <label>
            Where{' '}
            <select value={mark} onChange={({ target }) => change(setMark)(target.value)}>
              <option value="">all</option>
              {marks.map((one) => {
                const [system, word] = one.split('\n');
                return (
                  <option key={one} value={one}>
                    {system} {MARK_NAMES[word as ExampleMark]}
                  </option>
                );
              })}
            </select>
          </label>
        )}
        <label>
          Order{' '}
          <select value={order} onChange={({ target }) => change(setOrder)(target.value as keyof typeof ORDERS)}>
            {Object.entries(ORDERS).map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </form>
      <p role="status">
        {found.length.toLocaleString('en-US')} of {entries.length.toLocaleString('en-US')} examples
      </p>
      <ol className="examples">
        {found.slice(shown * PAGE_SIZE, (shown + 1) * PAGE_SIZE).map((place) => {
          const entry = entries[place];
          return entry && <ExampleItem key={place} entry={entry} place={place} readExample={readExample} />;
        })}
      </ol>
      {pages > 1 && (
        <nav aria-label="Pages of examples">
          <button type="button" disabled={shown === 0} onClick={() => setPage(shown - 1)}>
            Back
          </button>{' '}
          Page {shown + 1} of {pages}{' '}
          <button type="button" disabled={shown === pages - 1} onClick={() => setPage(shown + 1)}>
            Next
          </button>
        </nav>
      )}
    </section>
  );
}

/** Reads examples by their place in the list of all, and each block once. */
function exampleReader(readBlock: ReadBlock, blockSize: number): (place: number) => Promise<ReportExample> {
  const blocks = new Map<number, Promise<readonly ReportExample[]>>();
  return async (place) => {
    const number = Math.floor(place / blockSize);
    const block = blocks.get(number) ?? readBlock(number);
    blocks.set(number, block);
    // One that could not be read is asked for again.
    void block.catch(() => blocks.delete(number));
    const example = (await block)[place % blockSize];
    if (example === undefined) throw new Error(`The report has no example ${place + 1}.`);
    return example;
  };
}

function ExampleItem({
  entry: { id, title, category, candidates, marks },
  place,
  readExample,
}: {
  readonly entry: ReportEntry;
  readonly place: number;
  readonly readExample: (place: number) => Promise<ReportExample>;
}) {
  const [isOpen, setOpen] = useState(false);
  const [example, setExample] = useState<ReportExample | Error>();
  useEffect(() => {
    if (!isOpen || example !== undefined) return;
    let isGone = false;
    const show = (value: ReportExample | Error) => {
      if (!isGone) setExample(value);
    };
    readExample(place).then(show, (error: unknown) => show(error instanceof Error ? error : new Error('unknown')));
    return () => {
      isGone = true;
    };
  }, [isOpen, example, place, readExample]);
  return (
    <li>
      <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>
          <span className="question" dir="auto">
            {visibleText(title) || '(empty question)'}
          </span>
          <span className="soft small">
            {id}
            {category !== undefined && `, ${category}`}, {candidates} answers
            {Object.entries(marks).map(([name, mark]) => `, ${name} ${MARK_NAMES[mark]}`)}
          </span>
        </summary>
        {isOpen && example === undefined && <p>Opening …</p>}
        {example instanceof Error && <p role="alert">{example.message}</p>}
        {isOpen && example !== undefined && !(example instanceof Error) && <ExampleView example={example} />}
      </details>
    </li>
  );
}
