import { type ReactNode, useCallback, useSyncExternalStore } from 'react';
import { ServerError } from '../api/request.ts';
import { KeyForm } from '../parts/key-form.tsx';
import { Report } from '../report/report.tsx';
import { S } from '../strings.ts';
import { visibleText } from '../text/visible-text.ts';
import { JobView } from './job-view.tsx';
import { getReport, listReports, readExamples } from './reports-client.ts';
import { useLoaded } from './use-loaded.ts';

/** In the place of an id. */
const LIST = 'all';

/** Reports of evaluations and batch jobs: the list, or the one whose id stands behind the # of the address. */
export function ReportsPage() {
  const id = useSyncExternalStore(onHashChange, () => location.hash.slice(1).split('&')[0] || LIST);
  return (
    <>
      <nav className="report-bar" aria-label={S.reports.title}>
        <a href="./">{S.name}</a>
        {id !== LIST && <a href={`#${LIST}`}>{S.reports.all}</a>}
      </nav>
      {id === LIST ? <ReportList /> : <OpenReport key={id} id={id} />}
    </>
  );
}

function onHashChange(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}

function ReportList() {
  const { loaded, reload } = useLoaded(listReports);
  return (
    <main>
      <h1>{S.reports.title}</h1>
      <p className="caption">{S.reports.text}</p>
      <Opened loaded={loaded} reload={reload}>
        {(reports) =>
          reports.length === 0 ? (
            <p>
              {S.reports.none} <code>{S.reports.command}</code>
            </p>
          ) : (
            <ul className="report-list">
              {reports.map(({ id, name, kind, changedAt }) => (
                <li key={id}>
                  <a href={`#${id}`}>{visibleText(name)}</a>
                  <span className="soft">
                    {S.reports.kinds[kind]}, {S.reports.changed(new Date(changedAt).toLocaleString('en'))}
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Opened>
    </main>
  );
}

function OpenReport({ id }: { readonly id: string }) {
  const { loaded, reload } = useLoaded(useCallback(() => getReport(id), [id]));
  const readBlock = useCallback((block: number) => readExamples(id, block), [id]);
  return (
    <Opened loaded={loaded} reload={reload}>
      {(found) =>
        found.kind === 'evaluation' ? (
          <Report data={found.report} readBlock={readBlock} />
        ) : (
          <JobView id={id} name={found.name} figures={found.status} onRefresh={reload} />
        )
      }
    </Opened>
  );
}

/** What is loaded; until then that it comes, or why it does not. */
function Opened<VALUE>({
  loaded,
  reload,
  children,
}: {
  readonly loaded: { readonly value: VALUE } | { readonly error: Error } | undefined;
  readonly reload: () => void;
  readonly children: (value: VALUE) => ReactNode;
}) {
  if (loaded === undefined) return <p role="status">{S.reports.opening}</p>;
  if ('value' in loaded) return children(loaded.value);
  const { error } = loaded;
  if (error instanceof ServerError && error.status === 401) return <KeyForm onKey={reload} />;
  return (
    <p role="alert">
      {error instanceof TypeError ? S.server.gone : S.server.failed(error.message)}{' '}
      <button type="button" onClick={reload}>
        {S.reports.retry}
      </button>
    </p>
  );
}
