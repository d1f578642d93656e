import { BlenderError } from './blender-error.ts';

/** What a failure looks like to this error: the model and a sentence. */
interface FailureSummary {
  readonly model: string;
  readonly message: string;
}

/**
 * Every model failed, so there is nothing to rank. `failures` has one entry for each call, in the order asked.
 * Not thrown while at least one candidate exists: see `BlendResult.failures` for that case.
 */
export class NoCandidatesError<FAILURE extends FailureSummary = FailureSummary> extends BlenderError {
  override readonly name = 'NoCandidatesError' as const;
  override readonly code = 'no_candidates' as const;
  readonly failures: readonly FAILURE[];

  constructor({ failures }: { failures: readonly FAILURE[] }) {
    const list = failures.map(({ model, message }) => `\n  - ${model}: ${message}`).join('');
    super(`No model gave an answer (${failures.length} asked):${list}`);
    this.failures = failures;
  }
}
