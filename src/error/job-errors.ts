import { BlenderError } from './blender-error.ts';

/** Why a batch job cannot go on. */
export type JobErrorReason =
  /** Another process works on it. */
  | 'busy'
  /** Its folder cannot be written, such as where the disk is full. */
  | 'storage'
  /** One of its files is missing or is not what it was. */
  | 'damaged'
  /** Some of it is not done yet. */
  | 'incomplete'
  /** Too many records in a row have failed for the same reason. */
  | 'failing'
  /** The queue cannot be reached, or what it says of the job cannot be used. */
  | 'queue'
  /** A worker would not do what the job began with, such as one of another version. */
  | 'version';

/** A batch job cannot go on. What it has done is kept, and the same job can be run again. */
export class JobError extends BlenderError {
  override readonly name = 'JobError' as const;
  override readonly code = 'job_failed' as const;
  readonly reason: JobErrorReason;

  constructor({ reason, message, cause }: { reason: JobErrorReason; message: string; cause?: unknown }) {
    super(message, { cause });
    this.reason = reason;
  }
}
