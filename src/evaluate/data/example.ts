import type { CandidateVerdict } from '../../measures/index.ts';
import type { Question } from '../../records/index.ts';

/** One answer to the prompt of an example. */
export interface ExampleCandidate {
  readonly text: string;
  /** Name of the model that wrote it. */
  readonly model?: string | undefined;
  /** How good it is by the data, such as a probability that it beats a baseline; higher = better. */
  readonly preference?: number | undefined;
  /** Scores that stand in the data, by the names of their metrics, such as those of MixInstruct. */
  readonly scores?: Readonly<Record<string, number>> | undefined;
}

/** One example of a data set: a prompt, answers to it, and what is known about which of them is better. */
export interface Example {
  /** Of the data, or made of the file and the place in it. Unique. */
  readonly id: string;
  /** Examples with the same prompt are resampled together. */
  readonly prompt: string;
  readonly question: Question;
  readonly category?: string | undefined;
  /** None where the data have prompts alone. */
  readonly candidates: readonly ExampleCandidate[];
  /** Verdicts on pairs of the candidates; empty where there are none. */
  readonly verdicts: readonly CandidateVerdict[];
  /** Reference answers; empty where there are none. */
  readonly references: readonly string[];
}

/** A row that could not be used, and why. */
export interface DataProblem {
  /** Such as `test.jsonl, line 12`. */
  readonly place: string;
  readonly reason: string;
}
