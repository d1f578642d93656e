import { useEffect, useState } from 'react';
import { encodeValue } from '../../../src/blend/record/part-json.ts';
import type { BlendPart } from '../api/types.ts';
import { download } from '../parts/download.ts';
import { Modal } from '../parts/modal.tsx';
import { type HistoryEntry, listHistory, loadHistory, removeHistory } from '../state/history.ts';
import { useController, usePage } from '../state/page-context.ts';
import { S } from '../strings.ts';
import { visibleText } from '../text/visible-text.ts';

/** The parts as a file that `llm-blender replay` plays too. */
function asRecording(parts: readonly BlendPart[]): string {
  return parts.map((part) => `${JSON.stringify(encodeValue(part, (text) => text))}\n`).join('');
}

/** What was asked in this browser, and recordings. */
export function HistoryDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const controller = useController();
  const { mode } = usePage();
  const [entries, setEntries] = useState<readonly HistoryEntry[]>([]);
  const [speed, setSpeed] = useState('all');
  useEffect(() => {
    if (isOpen) void listHistory().then(setEntries, () => setEntries([]));
  }, [isOpen]);
  return (
    <Modal title={S.history.title} description={S.history.text} isOpen={isOpen} onClose={onClose}>
      <div className="form form-row">
        <label>
          {S.history.import}
          <input
            type="file"
            accept=".jsonl,.json,.ndjson,.txt"
            onChange={async (event) => {
              const file = event.target.files?.[0];
              if (file === undefined) return;
              onClose();
              await controller.replay(file.name, await file.text(), speed === 'all' ? undefined : Number(speed));
            }}
          />
        </label>
        <label>
          {S.history.speed}
          <select value={speed} onChange={(event) => setSpeed(event.target.value)}>
            {Object.entries(S.history.speeds).map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </label>
        {mode !== 'empty' && (
          <button type="button" onClick={() => download('blend.jsonl', asRecording(controller.blend.parts))}>
            {S.history.exportNow}
          </button>
        )}
      </div>
      <p className="muted small">{S.history.importHint}</p>
      {entries.length === 0 && <p className="muted">{S.history.empty}</p>}
      <ul className="history">
        {entries.map((entry) => (
          <li key={entry.id}>
            <button
              type="button"
              className="history-title"
              onClick={() => {
                onClose();
                void controller.open(entry);
              }}
            >
              <span dir="auto">{visibleText(entry.title).slice(0, 200)}</span>
              <time className="muted" dateTime={new Date(entry.at).toISOString()}>
                {new Date(entry.at).toLocaleString('en', { dateStyle: 'medium', timeStyle: 'short' })}
              </time>
            </button>
            <span className="button-row">
              <button
                type="button"
                className="quiet"
                onClick={async () => download('blend.jsonl', asRecording(await loadHistory(entry.id)))}
              >
                {S.history.export}
              </button>
              <button
                type="button"
                className="quiet"
                onClick={async () => {
                  await removeHistory(entry.id);
                  setEntries(await listHistory());
                }}
              >
                {S.history.remove}
              </button>
            </span>
          </li>
        ))}
      </ul>
    </Modal>
  );
}
