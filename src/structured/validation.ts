import { errorMessage } from '../util/error-message.ts';

/** Whether a value has a form, and what it is then. */
export type Validation =
  | { readonly success: true; readonly object: unknown }
  /** `problem` is a clause, such as `age: expected number, received string`. */
  | { readonly success: false; readonly problem: string };

/** The first thing that is wrong, from the error of Zod or another Standard Schema. */
export function validationProblem(error: unknown): string {
  const [issue] = issuesOf(error) ?? issuesOf((error as Error).cause) ?? [];
  if (issue === undefined) return errorMessage(error);
  const path = (issue.path ?? []).map((step) => String(typeof step === 'object' ? step.key : step)).join('.');
  return path === '' ? issue.message : `${path}: ${issue.message}`;
}

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

function issuesOf(error: unknown): readonly Issue[] | undefined {
  const issues: unknown = typeof error === 'object' && error !== null && 'issues' in error ? error.issues : error;
  return Array.isArray(issues) ? issues : undefined;
}
