import { BlenderError } from './blender-error.ts';

/** What a failure looks like to this error: the model and a sentence. */
interface FailureSummary {
  readonly model: string;
  readonly message: string;
}

/**
 * Every model failed, so there is nothing to rank. `failures` has one entry for each call, in the order of `models`.
 * Not thrown while at least one candidate exists: see `BlendResult.failures` for that case.
 */
export class NoCandidatesError<FAILURE extends FailureSummary = FailureSummary> extends BlenderError {
  override readonly name = 'NoCandidatesError' as const;
  override readonly code = 'no_candidates' as const;
  readonly failures: readonly FAILURE[];

  constructor({ failures }: { failures: readonly FAILURE[] }) {
    super(`No model gave an answer (${failures.length} asked):${summary(failures)}`);
    this.failures = failures;
  }
}

/** Each reason once, with the number of calls that ended so where there are several. */
function summary(failures: readonly FailureSummary[]): string {
  const counts = new Map<string, number>();
  for (const { model, message } of failures) {
    const line = `${model}: ${message.replaceAll('\n', '\n    ')}`;
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  return [...counts].map(([line, count]) => `\n  - ${count === 1 ? '' : `${count} × `}${line}`).join('');
}

/** The ranker could not compare the candidates. */
export class RankerError extends BlenderError {
  override readonly name = 'RankerError' as const;
  override readonly code = 'ranker_failed' as const;
  /** Name of the ranker. */
  readonly ranker: string;

  constructor({ ranker, reason, cause }: { ranker: string; reason: string; cause?: unknown }) {
    super(`The ranker ${ranker} failed: ${reason}`, { cause });
    this.ranker = ranker;
  }
}

/** A resource was used after it had been disposed. */
export class DisposedError extends BlenderError {
  override readonly name = 'DisposedError' as const;
  override readonly code = 'disposed' as const;

  constructor({ what }: { what: string }) {
    super(`${what} was used after it had been disposed.`);
  }
}

/** A piece of work was ended without the whole: an action of a session stopped it, or enough other answers were there. */
export class StoppedError extends BlenderError {
  override readonly name = 'StoppedError' as const;
  override readonly code = 'stopped' as const;
  readonly kind: 'stopped' | 'late';

  constructor({ kind = 'stopped', message }: { kind?: 'stopped' | 'late'; message: string }) {
    super(message);
    this.kind = kind;
  }
}
