import { useController, usePage } from '../state/page-context.ts';
import { S } from '../strings.ts';
import { KeyForm } from './key-form.tsx';

/** What the reader should know of the connection, a replay or a failed action. */
export function Notices({ onAskAgain, onKey }: { readonly onAskAgain: () => void; readonly onKey: () => void }) {
  const controller = useController();
  const { mode, entry, connection, error, needsKey, loading } = usePage();
  return (
    <>
      {needsKey && <KeyForm onKey={onKey} />}
      {error !== undefined && (
        <p className="notice notice-bad" role="alert">
          {error}{' '}
          <button type="button" className="quiet" onClick={() => controller.set({ error: undefined })}>
            {S.server.dismiss}
          </button>
        </p>
      )}
      {connection === 'trying' && (
        <p className="notice" role="status">
          {S.server.reconnecting}
        </p>
      )}
      {connection === 'gone' && (
        <p className="notice notice-bad" role="alert">
          {S.server.gone}{' '}
          <button type="button" className="quiet" onClick={() => controller.reconnect()}>
            {S.server.reconnect}
          </button>
        </p>
      )}
      {loading !== undefined && (
        <div className="notice" role="status">
          {S.server.loading(loading.reference ?? '', megabytes(loading.receivedBytes), megabytes(loading.totalBytes))}
          <progress value={loading.receivedBytes} max={loading.totalBytes} aria-label={loading.reference} />
        </div>
      )}
      {mode === 'replay' && entry !== undefined && <p className="notice">{S.history.replaying(entry.title)}</p>}
      {mode === 'past' && connection === 'connected' && (
        <p className="notice">
          {S.history.past}{' '}
          <button type="button" className="quiet" onClick={onAskAgain}>
            {S.history.askAgain}
          </button>
        </p>
      )}
    </>
  );
}

function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? '?' : `${Math.round(bytes / 1e6).toLocaleString('en')} MB`;
}
