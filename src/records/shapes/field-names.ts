/**
 * The names of fields that are understood, the likeliest first. Case, blanks and signs make no difference: `responseA`,
 * `Response A` and `response_a` are the same.
 */
export const NAMES = {
  id: [
    'id',
    'prompt_id',
    'question_id',
    'custom_id',
    'example_id',
    'instance_id',
    'sample_id',
    'conversation_id',
    'uid',
    'uuid',
    'qid',
    'idx',
    'index',
    'row_idx',
  ],
  question: [
    // Beside it, `instruction` is the prompt of a judge, as in Preference Collection.
    'orig_instruction',
    'instruction',
    'prompt',
    'question',
    'query',
    'user_prompt',
    'user_input',
    'user_message',
    'user_query',
    'original_instruction',
    'history',
    'post',
    'contents',
  ],
  /** A whole conversation: the question, or with its last message also the answer. */
  messages: ['messages', 'conversation', 'conversations', 'chat', 'chats', 'dialogue', 'dialog'],
  /** Material beside a question; the question itself where there is no other. */
  input: ['input', 'context', 'passage', 'document', 'article'],
  /** Of the question where there is none of the above; these names often mean something else. */
  lastQuestion: ['problem', 'request', 'task', 'user', 'input_text', 'source_text', 'text'],
  system: ['system', 'system_prompt', 'system_message'],
  candidates: [
    'candidates',
    'responses',
    'outputs',
    'completions',
    'answers',
    'generations',
    'predictions',
    'replies',
    'choices',
    'samples',
    'options',
    'summaries',
    'texts',
    'model_outputs',
    'model_responses',
    'model_answers',
    'results',
  ],
  /** The names of the models of a list of candidates. */
  models: [
    'models',
    'generation_models',
    'model_names',
    'generators',
    'model_ids',
    'generation_model',
    'model_name',
    'model',
  ],
  /** What an earlier ranking gave to each of a list of candidates. */
  ranks: ['ranks'],
  scores: ['scores'],
  chosen: [
    'chosen',
    'chosen_response',
    'preferred_output',
    'preferred_response',
    'preferred',
    'better_response',
    'accepted',
  ],
  rejected: [
    'rejected',
    'rejected_response',
    'non_preferred_output',
    'dispreferred_output',
    'rejected_output',
    'non_preferred',
    'dispreferred',
    'worse_response',
  ],
  /** One answer; with a letter or a number, one of several. */
  answer: [
    'response',
    'output',
    'answer',
    'completion',
    'generation',
    'model_output',
    'model_response',
    'model_answer',
    'prediction',
    'reply',
    'generated_text',
    'candidate',
    'assistant',
    'assistant_response',
    'summary',
    'text',
    'content',
    'result',
  ],
  /** Of several answers only. */
  numberedAnswer: ['human_ref', 'option', 'message', 'messages', 'conversation', 'chat', 'choice', 'sample'],
  model: ['model', 'generator', 'model_name', 'model_id', 'policy', 'llm', 'engine', 'provider'],
} as const satisfies Record<string, readonly string[]>;

/** Plain names by the names as written: the records of a file have the same ones. */
const plainNames = new Map<string, string>();
const MAX_KEPT = 1000;

/** A name without what makes no difference. */
export function plainName(name: string): string {
  let plain = plainNames.get(name);
  if (plain === undefined) {
    plain = name.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '');
    if (plainNames.size < MAX_KEPT) plainNames.set(name, plain);
  }
  return plain;
}

/** A field as it is written. */
export interface Field {
  readonly key: string;
  readonly value: unknown;
}

/** The fields of one row, found by any of their names. Null means missing. */
export class Fields {
  readonly row: Readonly<Record<string, unknown>>;
  readonly #keys = new Map<string, string>();

  constructor(row: Readonly<Record<string, unknown>>) {
    this.row = row;
    for (const [key, value] of Object.entries(row)) {
      const name = plainName(key);
      if (value !== null && value !== undefined && !this.#keys.has(name)) this.#keys.set(name, key);
    }
  }

  /** The first of the names that has a value which is accepted. */
  find(names: readonly string[], accepts: (value: unknown) => boolean = () => true): Field | undefined {
    for (const name of names) {
      const key = this.#keys.get(plainName(name));
      if (key !== undefined && accepts(this.row[key])) return { key, value: this.row[key] };
    }
    return undefined;
  }

  /** The first field, in the order of the row, whose plain name matches and whose value is accepted. */
  match(pattern: RegExp, accepts: (value: unknown) => boolean): Field | undefined {
    for (const [name, key] of this.#keys) {
      if (pattern.test(name) && accepts(this.row[key])) return { key, value: this.row[key] };
    }
    return undefined;
  }
}
