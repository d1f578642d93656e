/** `fail` = the main job cannot run; `warn` = something would be better, or is missing for a part of the work. */
export type CheckStatus = 'ok' | 'warn' | 'fail';

/** What was found about one thing. */
export interface CheckResult {
  readonly name: string;
  readonly status: CheckStatus;
  /** What is there. */
  readonly detail: string;
  /** How to get what is missing. */
  readonly help?: string;
}
