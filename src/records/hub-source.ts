import type { Environment } from '../util/environment.ts';
import type { RecordSource } from './read-rows.ts';

/** A file of a data set on Hugging Face that records can be read from. */
export interface HubSource extends RecordSource {
  readonly bytes: number;
  /** Identifies the content. */
  readonly etag: string;
  /** The commit that it is read from. */
  readonly commit: string;
  /** The same, to be read once more. */
  again(): RecordSource;
  /** The same from a line on, behind so many lines and bytes. */
  from(after: { readonly lines: number; readonly bytes: number }): RecordSource;
  /** Bytes from `start` up to, and not with, `end`. */
  slice(start: number, end: number): Promise<Uint8Array>;
}

/**
 * The files that a path `hf://datasets/OWNER/NAME[@REVISION]/PATH` stands for: one, or with `*` in it several.
 *
 * @throws InvalidArgumentError where there is no such file, or it may not be read; the signal's reason on abort.
 */
export async function openHubSources(
  path: string,
  { env, abortSignal }: { readonly env?: Environment | undefined; readonly abortSignal?: AbortSignal | undefined },
): Promise<readonly HubSource[]> {
  // The client is loaded only where it is needed.
  const { openDatasetFiles } = await import('../weights/index.ts');
  const files = await openDatasetFiles(path, { env, abortSignal });
  return files.map((file): HubSource => {
    const { name, bytes, commit, etag = `${commit}:${name}` } = file;
    return {
      name,
      bytes,
      etag,
      commit,
      chunks: file.stream(0),
      ranges: file,
      again: () => ({ name, chunks: file.stream(0), ranges: file }),
      slice: (start, end) => file.slice(start, end),
      from: (after) => ({ name, chunks: file.stream(after.bytes), after }),
    };
  });
}
