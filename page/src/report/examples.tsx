import { useEffect, useMemo, useRef, useState } from 'react';
import type { ReportEntry, ReportExample } from '../../../src/evaluate/report/report-data.ts';
import { counted } from '../../../src/evaluate/tables/summary-text.ts';
import { visibleText } from '../text/visible-text.ts';
import { type Address, addressOf, onAddress, readAddress, writeAddress } from './address.ts';
import {
  type Choice,
  choicesOf,
  type ExampleFilter,
  filterExamples,
  MARK_NAMES,
  NO_FILTER,
  ORDERS,
} from './example-filters.ts';
import { ExampleView } from './example-view.tsx';

/** Reads a block of examples by its number, from 0. */
export type ReadBlock = (number: number) => Promise<readonly ReportExample[]>;

/** Examples on one page of the list. */
const PAGE_SIZE = 25;

/** What of the list is shown; as text it is the address of the report. */
interface View extends ExampleFilter {
  readonly page: number;
  /** Id of the example that was opened last, or that a link leads to. */
  readonly example: string;
}

/** All examples: filtered, in order, and each opened on demand. */
export function Examples({
  entries,
  blockSize,
  metricNames,
  readBlock,
}: {
  readonly entries: readonly ReportEntry[];
  readonly blockSize: number;
  /** Metrics by their keys, as tables name them. */
  readonly metricNames: Readonly<Record<string, string>>;
  readonly readBlock: ReadBlock;
}) {
  const readExample = useMemo(() => exampleReader(readBlock, blockSize), [readBlock, blockSize]);
  const [view, setView] = useState<View>(() => viewOf(entries));
  // The example that a link leads to; each time it is followed is a new object.
  const [link, setLink] = useState(() => ({ id: view.example }));
  useEffect(
    () =>
      onAddress(() => {
        const changed = viewOf(entries);
        setView(changed);
        setLink({ id: changed.example });
      }),
    [entries],
  );
  const change = (part: Partial<View>) => {
    const changed = { ...view, ...part };
    setView(changed);
    writeAddress(addressOfView(changed));
  };
  const { find, category, where, order } = view;
  const found = useMemo(
    () => filterExamples(entries, { find, category, where, order }),
    [entries, find, category, where, order],
  );
  const categories = useMemo(
    () => [...new Set(entries.flatMap((entry) => entry.category ?? []))].toSorted(),
    [entries],
  );
  const choices = useMemo(() => choicesOf(entries), [entries]);
  const pages = Math.max(1, Math.ceil(found.length / PAGE_SIZE));
  const shown = Math.min(view.page, pages - 1);
  if (entries.length === 0) return null;
  return (
    <section aria-labelledby="examples-title">
      <h2 id="examples-title">Examples</h2>
      <Filters
        view={view}
        categories={categories}
        choices={choices}
        onChange={(part) => change({ ...part, page: 0, example: '' })}
      />
      <p>
        <span role="status">
          {found.length.toLocaleString('en-US')} of {counted(entries.length, 'example')}
        </span>{' '}
        {found.length < entries.length && (
          <button type="button" onClick={() => change({ ...NO_FILTER, order, page: 0, example: '' })}>
            Show all
          </button>
        )}
      </p>
      <ol className="examples">
        {found.slice(shown * PAGE_SIZE, (shown + 1) * PAGE_SIZE).map((place) => {
          const entry = entries[place];
          if (entry === undefined) return undefined;
          return (
            <ExampleItem
              key={place}
              entry={entry}
              place={place}
              link={link.id === entry.id ? link : undefined}
              address={addressOf(addressOfView({ ...view, example: entry.id }))}
              metricNames={metricNames}
              readExample={readExample}
              onToggle={(isOpen) => {
                if (isOpen || view.example === entry.id) change({ example: isOpen ? entry.id : '' });
              }}
            />
          );
        })}
      </ol>
      {pages > 1 && (
        <nav aria-label="Pages of examples">
          <button type="button" disabled={shown === 0} onClick={() => change({ page: shown - 1, example: '' })}>
            Back
          </button>{' '}
          Page {shown + 1} of {pages}{' '}
          <button type="button" disabled={shown === pages - 1} onClick={() => change({ page: shown + 1, example: '' })}>
            Next
          </button>
        </nav>
      )}
    </section>
  );
}

function Filters({
  view: { find, category, where, order },
  categories,
  choices,
  onChange,
}: {
  readonly view: View;
  readonly categories: readonly string[];
  readonly choices: readonly Choice[];
  readonly onChange: (part: Partial<ExampleFilter>) => void;
}) {
  return (
    <form className="filters" onSubmit={(event) => event.preventDefault()}>
      <label>
        Find <input type="search" value={find} onChange={({ target }) => onChange({ find: target.value })} />
      </label>
      {categories.length > 1 && (
        <label>
          Category{' '}
          <select value={category} onChange={({ target }) => onChange({ category: target.value })}>
            <option value="">all</option>
            {categories.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      )}
      {choices.length > 0 && (
        <label>
          Where{' '}
          <select value={where} onChange={({ target }) => onChange({ where: target.value })}>
            <option value="">all</option>
            {choices.map(({ value, name }) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      <label>
        Order{' '}
        <select value={order} onChange={({ target }) => onChange({ order: target.value as keyof typeof ORDERS })}>
          {Object.entries(ORDERS).map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </form>
  );
}

/** What the address says. A link to an example shows it, whatever filter it has. */
function viewOf(entries: readonly ReportEntry[]): View {
  const { find = '', category = '', where = '', order = '', page = '1', example = '' } = readAddress();
  const filter: ExampleFilter = {
    find,
    category,
    where,
    order: order in ORDERS ? (order as keyof typeof ORDERS) : NO_FILTER.order,
  };
  const view = { ...filter, page: Math.max(0, Math.trunc(Number(page)) - 1) || 0, example };
  const place = example === '' ? -1 : entries.findIndex(({ id }) => id === example);
  if (place < 0) return view;
  const found = filterExamples(entries, filter).indexOf(place);
  return found < 0
    ? { ...NO_FILTER, page: Math.floor(place / PAGE_SIZE), example }
    : { ...view, page: Math.floor(found / PAGE_SIZE) };
}

function addressOfView({ page, order, ...others }: View): Address {
  return {
    ...others,
    order: order === NO_FILTER.order ? '' : order,
    page: page === 0 ? '' : String(page + 1),
  };
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
  entry: { id, title, category, candidates, marks, best },
  place,
  link,
  address,
  metricNames,
  readExample,
  onToggle,
}: {
  readonly entry: ReportEntry;
  readonly place: number;
  /** Another object each time that a link leads here. */
  readonly link: object | undefined;
  /** Of this example. */
  readonly address: string;
  readonly metricNames: Readonly<Record<string, string>>;
  readonly readExample: (place: number) => Promise<ReportExample>;
  readonly onToggle: (isOpen: boolean) => void;
}) {
  const [isOpen, setOpen] = useState(link !== undefined);
  const [example, setExample] = useState<ReportExample | Error>();
  const item = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (link === undefined) return;
    setOpen(true);
    item.current?.scrollIntoView();
  }, [link]);
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
    <li ref={item}>
      <details
        open={isOpen}
        onToggle={({ currentTarget }) => {
          if (currentTarget.open === isOpen) return;
          setOpen(currentTarget.open);
          onToggle(currentTarget.open);
        }}
      >
        <summary>
          <span className="question" dir="auto">
            {visibleText(title) || '(empty question)'}
          </span>
          <span className="soft small">
            {visibleText(id)}
            {category !== undefined && `, ${visibleText(category)}`}, {counted(candidates, 'answer')}
            {best !== undefined && best.length > 0 && best.length < candidates && `, best: ${best.join(', ')}`}
            {Object.entries(marks).map(([name, mark]) => `, ${name} ${MARK_NAMES[mark]}`)}
          </span>
        </summary>
        {isOpen && example === undefined && <p>Opening …</p>}
        {example instanceof Error && <p role="alert">{example.message}</p>}
        {isOpen && example !== undefined && !(example instanceof Error) && (
          <>
            <ExampleView example={example} metricNames={metricNames} />
            <p className="small">
              <a href={address}>Link to this example</a>
            </p>
          </>
        )}
      </details>
    </li>
  );
}
