import type { BlendPart } from '../api/types.ts';

/** A blend of the past, without its parts. */
export interface HistoryEntry {
  readonly id: string;
  /** Id of the session on the server, which may have ended. Undefined for a recording that was opened. */
  readonly session: string | undefined;
  readonly title: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

const ENTRIES = 'entries';
const PARTS = 'parts';
/** The oldest ones beyond this go. */
const MOST_ENTRIES = 200;

let opened: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  if (opened !== undefined) return opened;
  const request = indexedDB.open('llm-blender', 1);
  request.addEventListener('upgradeneeded', () => {
    request.result.createObjectStore(ENTRIES, { keyPath: 'id' });
    request.result.createObjectStore(PARTS);
  });
  opened = ended(request);
  return opened;
}

function ended<VALUE>(request: IDBRequest<VALUE>): Promise<VALUE> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error));
  });
}

/** Newest first. */
export async function listHistory(): Promise<readonly HistoryEntry[]> {
  const store = (await open()).transaction(ENTRIES).objectStore(ENTRIES);
  const entries = (await ended(store.getAll())) as HistoryEntry[];
  return entries.toSorted((one, other) => other.at - one.at);
}

export async function saveHistory(entry: HistoryEntry, parts: readonly BlendPart[]): Promise<void> {
  const transaction = (await open()).transaction([ENTRIES, PARTS], 'readwrite');
  transaction.objectStore(ENTRIES).put(entry);
  await ended(transaction.objectStore(PARTS).put(parts, entry.id));
  for (const old of (await listHistory()).slice(MOST_ENTRIES)) await removeHistory(old.id);
}

/** Empty if there is no such entry. */
export async function loadHistory(id: string): Promise<readonly BlendPart[]> {
  const store = (await open()).transaction(PARTS).objectStore(PARTS);
  return ((await ended(store.get(id))) as BlendPart[] | undefined) ?? [];
}

export async function removeHistory(id: string): Promise<void> {
  const transaction = (await open()).transaction([ENTRIES, PARTS], 'readwrite');
  transaction.objectStore(ENTRIES).delete(id);
  await ended(transaction.objectStore(PARTS).delete(id));
}
