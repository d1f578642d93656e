import { closeSync, fchmodSync, fstatSync, openSync, writeSync } from 'node:fs';
import { InvalidArgumentError, type TraceRecord } from '../../index.ts';
import { redactSecrets } from '../../util/error-message.ts';

/** Prompts and replies are for nobody but who asked for them. */
const OWNER_ONLY = 0o600;

/** Where `--trace` writes. */
export interface TraceFile extends Disposable {
  write(record: TraceRecord): void;
}

/**
 * Opens `--trace`: a file of JSON lines, which grows. Each line is handed to the system at once, so that a run that is
 * killed leaves what it did. Keys are blanked out.
 *
 * @throws InvalidArgumentError where the file cannot be written.
 */
export function openTraceFile(path: string): TraceFile {
  const file = openToAppend(path);
  let isOpen = true;
  return {
    write(record) {
      // A call that was left may end after everything else, when the number of the file is that of another.
      if (isOpen) writeSync(file, `${JSON.stringify(record, redact)}\n`);
    },
    [Symbol.dispose]() {
      isOpen = false;
      closeSync(file);
    },
  };
}

function openToAppend(path: string): number {
  try {
    const file = openSync(path, 'a', OWNER_ONLY);
    // Also where it was there before, but not where it is a terminal or a pipe.
    if (fstatSync(file).isFile()) fchmodSync(file, OWNER_ONLY);
    return file;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : String(error);
    throw new InvalidArgumentError({
      parameter: '--trace',
      value: path,
      message: code === 'ENOENT' ? 'its folder does not exist.' : `it cannot be written (${code}).`,
    });
  }
}

/** Texts without keys; bytes, which are of pictures and the like, as their number. */
function redact(_key: string, value: unknown): unknown {
  if (typeof value === 'string') return redactSecrets(value);
  if (value instanceof Uint8Array) return `[${value.length} bytes]`;
  // JSON has no word for it: no opinion.
  if (typeof value === 'number' && !Number.isFinite(value)) return null;
  return value;
}
