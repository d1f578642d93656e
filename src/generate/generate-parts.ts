import type { CallFailure, Candidate } from '../spec/candidate.ts';

/** What happens while candidates are generated, in order of arrival. */
export type GeneratePart =
  /** The call has its place and begins. */
  | { readonly type: 'candidate-start'; readonly id: string; readonly model: string; readonly sample: number }
  | { readonly type: 'candidate-delta'; readonly id: string; readonly delta: string }
  | { readonly type: 'candidate-end'; readonly candidate: Candidate }
  | { readonly type: 'candidate-error'; readonly failure: CallFailure };
