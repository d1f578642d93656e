/** A message of a conversation; the parts of its content are joined to one text. */
export interface RecordMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** The question of a record, as the functions of the library take it. */
export type Question =
  | { readonly instruction: string; readonly input?: string | undefined; readonly system?: string | undefined }
  | { readonly messages: readonly RecordMessage[]; readonly system?: string | undefined };

/** One answer to the question. */
export interface RecordCandidate {
  readonly text: string;
  /** Name of the model that wrote it. */
  readonly model?: string | undefined;
  /** Place and score that an earlier ranking gave. */
  readonly rank?: number | undefined;
  readonly score?: number | undefined;
  /** Of a preference: whether it is a chosen answer or a rejected one. */
  readonly isChosen?: boolean | undefined;
}

/** A question with its answers, whatever the form of the file was. */
export interface DataRecord {
  /** Undefined where the record has none. */
  readonly id: string | number | undefined;
  readonly question: Question;
  /** In the order of the file; at least one, but none where questions are read. The chosen one of a preference comes first. */
  readonly candidates: readonly RecordCandidate[];
  /**
   * The candidates as whole conversations, where they have the same user turns and differ in more than the last answer.
   * The texts of the candidates are then what follows the part that they share.
   */
  readonly conversations?: readonly (readonly RecordMessage[])[] | undefined;
}

/** The names of the models, null for a candidate without one; undefined where none has a name. */
export function modelNames({ candidates }: DataRecord): readonly (string | null)[] | undefined {
  return candidates.some(({ model }) => model !== undefined) ? candidates.map(({ model }) => model ?? null) : undefined;
}

/** What is read of each record: a question with any number of candidates, with exactly two, or the question alone. */
export type RecordForm = 'candidates' | 'pair' | 'question';

/** Where a record stands in its source. */
export interface RecordPlace {
  /** The name of the source: a path, or `stdin`. */
  readonly source: string;
  /** What `number` counts, from 1: lines, items of a JSON list, or rows of a table. */
  readonly unit: 'line' | 'item' | 'row';
  readonly number: number;
  /** Bytes of all sources read up to here: exact for lines that are not compressed, else up to a block more. */
  readonly endOffset: number;
}
