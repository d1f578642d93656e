import type { DataRecord } from '../../../records/index.ts';
import type { BatchInput } from '../../input/batch-input.ts';
import type { RecordFilesOptions } from '../../input/record-files.ts';
import type { Manifest } from '../../job/manifest.ts';
import type { SegmentStore } from '../../journal/segment-store.ts';
import type { KeptParts } from '../shared/kept-parts.ts';

/** Where all machines find a job. */
export interface JobStorage {
  /** Names it for all machines. */
  readonly url: string;
  /** The manifest. */
  readonly files: SegmentStore;
  /** Finished segments. */
  readonly segments: SegmentStore;
  /** Where a worker keeps what it has in work. */
  readonly workFolder: string;
  /** Where it leaves that for others, by parts; undefined where all machines see the folder of the work. */
  readonly logs: SegmentStore | undefined;
  /** Where workers keep what they have spent, besides the queue; undefined where no folder is seen by all machines. */
  readonly spending: KeptParts | undefined;
  /** Puts the manifest and the files that a job reads where all machines find them. @returns the names of the files. */
  publish(paths: readonly string[], manifest: Manifest): Promise<readonly string[]>;
  /** The records of files that were published, or that lie on this machine. */
  input(options: RecordFilesOptions): BatchInput<DataRecord>;
}
