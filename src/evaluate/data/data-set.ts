import type { UnknownObject } from '../../util/is-object.ts';

/**
 * How the rows of a data set are read that has a form of its own. Rows of the usual forms need none: those of
 * `docs/files.md`, with verdicts in the fields that `docs/evaluate.md` lists.
 */
export interface DataSet {
  /** Such as `rewardbench-2`. */
  readonly name: string;
  /** Whether a row is one of this data set. Data sets are asked one after the other. @default every row is */
  readonly matches?: ((row: UnknownObject) => boolean) | undefined;
  /**
   * The row in the form of this package. Fields that it does not give are not read from the row.
   *
   * @throws anything, with a sentence about the row: it is then listed among the problems.
   */
  readonly toRow: (row: UnknownObject) => EvaluationRow;
}

/** A row in the form of this package. */
export interface EvaluationRow {
  readonly id?: string | number | undefined;
  /** The question: a text, with what belongs to it in `input`; or the messages of a conversation. */
  readonly instruction?: string | undefined;
  readonly input?: string | undefined;
  readonly messages?:
    | readonly { readonly role: 'system' | 'user' | 'assistant'; readonly content: string }[]
    | undefined;
  readonly system?: string | undefined;
  readonly candidates: readonly {
    readonly text: string;
    readonly model?: string | undefined;
    /** Higher = better. */
    readonly preference?: number | undefined;
    /** Scores by other metrics. */
    readonly scores?: Readonly<Record<string, number>> | undefined;
  }[];
  /** Each names two candidates by their index, from 0. */
  readonly verdicts?:
    | readonly {
        readonly left: number;
        readonly right: number;
        readonly outcome: 'left' | 'right' | 'tie' | 'both-bad';
      }[]
    | undefined;
  readonly references?: readonly string[] | undefined;
  readonly category?: string | undefined;
  /** What a person should know of a row that is used nevertheless. */
  readonly notes?: readonly string[] | undefined;
}

/** Describes a data set. For the types: it returns what it is given. */
export function defineDataSet(dataSet: DataSet): DataSet {
  return dataSet;
}
