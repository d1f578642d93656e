import { useCallback, useState } from 'react';
import { ModelText } from '../report/model-text.tsx';
import { formatCost, formatCount } from '../state/format.ts';
import { S } from '../strings.ts';
import { visibleText } from '../text/visible-text.ts';
import { type JobFigures, type JobResult, readResults } from './reports-client.ts';
import { useLoaded } from './use-loaded.ts';

/** A job of `batch`: how far it is, what it has spent, and its results. */
export function JobView({
  id,
  name,
  figures,
  onRefresh,
}: {
  readonly id: string;
  readonly name: string;
  readonly figures: JobFigures;
  readonly onRefresh: () => void;
}) {
  const { total, done, failed, isRunning, calls, inputTokens, outputTokens, cost, command } = figures;
  const left = total - done - failed;
  const [onlyFailed, setOnlyFailed] = useState(false);
  // Where each page that was read begins.
  const [afters, setAfters] = useState<readonly (number | undefined)[]>([undefined]);
  const after = afters.at(-1);
  const { loaded, reload } = useLoaded(
    useCallback(() => readResults(id, { after, onlyFailed }), [id, after, onlyFailed]),
  );
  const facts = [
    [S.reports.state, isRunning ? S.reports.running : left === 0 ? S.reports.ended : S.reports.stopped],
    [S.reports.records, formatCount(total)],
    [S.reports.done, formatCount(done)],
    [S.reports.failed, formatCount(failed)],
    [S.reports.left, formatCount(left)],
    [S.reports.calls, formatCount(calls)],
    [S.reports.tokens, `${formatCount(inputTokens ?? undefined)}, ${formatCount(outputTokens ?? undefined)}`],
    [S.reports.cost, formatCost(cost ?? undefined)],
  ] as const;
  return (
    <main>
      <h1>{visibleText(name)}</h1>
      <p className="caption">{S.reports.job(command)}</p>
      <dl className="job-facts">
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <button
        type="button"
        onClick={() => {
          onRefresh();
          reload();
        }}
      >
        {S.reports.refresh}
      </button>
      <section aria-labelledby="results-title">
        <h2 id="results-title">{S.reports.results}</h2>
        <p className="filters">
          <label>
            <input
              type="checkbox"
              checked={onlyFailed}
              onChange={({ target }) => {
                setOnlyFailed(target.checked);
                setAfters([undefined]);
              }}
            />{' '}
            {S.reports.onlyFailed}
          </label>
        </p>
        {loaded === undefined && <p role="status">{S.reports.opening}</p>}
        {loaded !== undefined && 'error' in loaded && <p role="alert">{S.server.failed(loaded.error.message)}</p>}
        {loaded !== undefined && 'value' in loaded && (
          <>
            {loaded.value.data.length === 0 && <p>{S.reports.noResults}</p>}
            <ol className="examples">
              {loaded.value.data.map((one) => (
                <ResultItem key={one.index} result={one} />
              ))}
            </ol>
            {(afters.length > 1 || loaded.value.next !== null) && (
              <nav aria-label={S.reports.pages}>
                <button type="button" disabled={afters.length === 1} onClick={() => setAfters(afters.slice(0, -1))}>
                  {S.reports.back}
                </button>{' '}
                <button
                  type="button"
                  disabled={loaded.value.next === null}
                  onClick={() => setAfters([...afters, loaded.value.next ?? undefined])}
                >
                  {S.reports.next}
                </button>
              </nav>
            )}
          </>
        )}
      </section>
    </main>
  );
}

function ResultItem({ result: { index, key, failed, result } }: { readonly result: JobResult }) {
  const [isOpen, setOpen] = useState(false);
  const { id = key, ...fields } = result;
  return (
    <li>
      <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>
          <span className="record-name">{S.reports.record(index, visibleText(String(id)))}</span>
          {failed && <span className="bad small"> {S.reports.failed}</span>}
        </summary>
        {isOpen && (
          <div className="example">
            {Object.entries(fields).map(([field, value]) => (
              <section key={field} aria-label={field}>
                <h3>{visibleText(field)}</h3>
                <ModelText
                  text={typeof value === 'string' ? value : JSON.stringify(value, undefined, 2)}
                  name={`Text of ${visibleText(field)}`}
                />
              </section>
            ))}
          </div>
        )}
      </details>
    </li>
  );
}
