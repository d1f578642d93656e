import { BlenderError } from './blender-error.ts';

/** The next call could go over a limit on calls or on cost, and was not made. */
export class BudgetExceededError extends BlenderError {
  override readonly name = 'BudgetExceededError' as const;
  override readonly code = 'budget_exceeded' as const;
  /** The limit that is in the way. */
  readonly limit: 'maxCalls' | 'maxCost';
  /** Its value: calls, or US dollars. */
  readonly value: number;

  constructor({
    limit,
    value,
    reason,
  }: {
    limit: 'maxCalls' | 'maxCost';
    value: number;
    /** A clause. */ reason: string;
  }) {
    const flag = limit === 'maxCalls' ? '--max-calls' : '--max-cost';
    super(`The budget does not allow another call: ${reason}. Raise ${limit} (${flag}).`);
    this.limit = limit;
    this.value = value;
  }
}
