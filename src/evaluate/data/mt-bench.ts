import { isObject, type UnknownObject } from '../../util/is-object.ts';
import type { CandidateVerdict } from '../../measures/index.ts';
import { type RecordPlace, ValueProblem } from '../../records/index.ts';
import type { Outcome } from '../../statistics/index.ts';
import type { Example, ExampleCandidate } from './example.ts';
import { isAbsent, objectsOf, optionalText, refuse, textOf } from './row-values.ts';
import { transcript } from './transcript.ts';

/** An example of joined rows, without what all examples get. */
export type JoinedExample = Omit<Example, 'prompt'>;

/** What joining rows gives: examples, and what could not be joined. */
export type JoinedItem =
  | { readonly example: JoinedExample; readonly notes: readonly string[]; readonly place: RecordPlace }
  | { readonly problem: string; readonly place: RecordPlace };

interface Asked {
  readonly place: RecordPlace;
  readonly turns: readonly string[];
  readonly category: string | undefined;
  readonly reference: readonly string[] | undefined;
}

/** The answer of a model. */
interface Answered {
  readonly place: RecordPlace;
  /** Its choices, each with the texts of its turns. The first one is judged. */
  readonly choices: readonly (readonly string[])[];
}

/** A judgement on two answers, or a score of one. */
type Judged = { readonly turn: number; readonly place: RecordPlace } & (
  | { readonly models: readonly [string, string]; readonly outcome: Outcome }
  | { readonly model: string; readonly score: number }
);

/** Everything about one question. */
interface Gathered {
  readonly first: RecordPlace;
  asked?: Asked;
  /** By model, in the order in which they came. */
  readonly answers: Map<string, Answered>;
  /** As the choices of an answer. */
  references?: readonly (readonly string[])[];
  readonly judged: Judged[];
}

/**
 * MT-Bench as it is kept: questions, the answers of each model, and judgements stand in files of their own. Rows are held,
 * of judgements only what they say, and joined by the ids of the questions once all files have been read. Each turn of a
 * question is an example; that of a later turn has the conversation up to it.
 */
export class MtBench {
  readonly #questions = new Map<string, Gathered>();
  /** Judgements on models of which no answer was read, by model. */
  readonly #strangers = new Map<string, { readonly place: RecordPlace; count: number }>();

  /**
   * Keeps a row, if it is one of these.
   *
   * @throws ValueProblem for one that cannot be used.
   */
  take(row: UnknownObject, place: RecordPlace): boolean {
    const id = isPromptOfHub(row) ? row['prompt_id'] : row['question_id'];
    if (typeof id !== 'string' && typeof id !== 'number') return false;
    const key = String(id);
    if (Array.isArray(row['choices']) || isPlainAnswer(row)) this.#takeAnswer(key, row, place);
    else if (Array.isArray(row['turns']) || isPromptOfHub(row) || isPlainQuestion(row)) {
      this.#takeQuestion(key, row, place);
    } else if (Array.isArray(row['games'])) {
      throw new ValueProblem('it is a judgement of Arena-Hard, which are not read: judge the answers with --judge.');
    } else if ('model_1' in row && 'model_2' in row) this.#gather(key, place).judged.push(readPair(row, place));
    else if (isScore(row)) this.#gather(key, place).judged.push(readScore(row, place));
    else return false;
    return true;
  }

  /** The examples of all rows that were taken, in the order of the questions. */
  *examples({ promptsOnly }: { promptsOnly: boolean }): Generator<JoinedItem, void> {
    const noted = this.#modelsWithChoices();
    for (const [id, gathered] of this.#questions) {
      const { asked, first, answers } = gathered;
      if (asked === undefined) {
        if (promptsOnly) continue;
        const problem = `no file has the question ${id}: name question.jsonl of the benchmark as well.`;
        yield { problem, place: first };
      } else if (promptsOnly) {
        yield promptOf(id, asked, gathered.references);
      } else if (answers.size === 0) {
        const problem = `no file has an answer to the question ${id}: name the files of model_answer as well.`;
        yield { problem, place: asked.place };
      } else {
        const notes = [...answers.keys()].flatMap((model) => noted.get(model) ?? []);
        for (const model of answers.keys()) noted.delete(model);
        yield* this.#turnsOf(id, asked, gathered, notes);
      }
    }
    for (const [model, { place, count }] of this.#strangers) {
      const problem = `${count} ${count === 1 ? 'judgement names' : 'judgements name'} ${model}, of which no answer to these questions was read, and ${count === 1 ? 'is' : 'are'} left out: name its file of model_answer as well.`;
      yield { problem, place };
    }
  }

  /** What is said once of each model whose answers have several choices. */
  #modelsWithChoices(): Map<string, string> {
    const counts = new Map<string, number>();
    for (const { answers } of this.#questions.values()) {
      for (const [model, { choices }] of answers)
        if (choices.length > 1) counts.set(model, (counts.get(model) ?? 0) + 1);
    }
    return new Map(
      [...counts].map(([model, count]) => [
        model,
        `${model} has several choices in ${count} ${count === 1 ? 'answer' : 'answers'}. Each is a candidate; judgements, and the figures of the model, are of the first.`,
      ]),
    );
  }

  #gather(id: string, place: RecordPlace): Gathered {
    const known = this.#questions.get(id) ?? { first: place, answers: new Map(), judged: [] };
    this.#questions.set(id, known);
    return known;
  }

  #takeQuestion(id: string, row: UnknownObject, place: RecordPlace): void {
    const field = ['turns', 'prompt', 'text'].find((name) => !isAbsent(row[name])) ?? 'turns';
    const turns = turnsOf(row[field], field);
    const { reference } = row;
    const hasNone = isAbsent(reference) || (Array.isArray(reference) && reference.length === 0);
    const asked: Asked = {
      place,
      turns,
      category: optionalText(row, 'category'),
      reference: hasNone ? undefined : turnsOf(reference, 'reference'),
    };
    const gathered = this.#gather(id, place);
    if (gathered.asked !== undefined) throw refuse('question_id', id, 'one that no earlier question has');
    gathered.asked = asked;
  }

  #takeAnswer(id: string, row: UnknownObject, place: RecordPlace): void {
    const choices = isPlainAnswer(row)
      ? [[textOf(row, 'text')]]
      : objectsOf(row, 'choices').map(({ turns }, index) => turnsOf(turns, `choices[${index}].turns`));
    const model = textOf(row, isAbsent(row['model_id']) ? 'model' : 'model_id');
    const gathered = this.#gather(id, place);
    if (/(?:^|[\\/])reference_answer[\\/]/.test(place.source)) {
      gathered.references = choices;
      return;
    }
    if (gathered.answers.has(model)) throw refuse('model_id', model, `one answer of this model to the question ${id}`);
    gathered.answers.set(model, { place, choices });
  }

  *#turnsOf(
    id: string,
    asked: Asked,
    { answers, judged, references = [] }: Gathered,
    notes: readonly string[],
  ): Generator<JoinedItem, void> {
    const { turns, category, reference } = asked;
    for (const judgement of judged) {
      for (const model of 'models' in judgement ? judgement.models : [judgement.model]) {
        if (!answers.has(model)) this.#count(model, judgement.place);
      }
    }
    for (const turn of turns.keys()) {
      const own = judged.filter((judgement) => judgement.turn === turn + 1);
      const candidates: ExampleCandidate[] = [];
      /** The candidate of each model that is judged. */
      const places = new Map<string, number>();
      for (const [model, { place, choices }] of answers) {
        for (const [index, texts] of choices.entries()) {
          if (texts.length <= turn) {
            const which = choices.length === 1 ? 'the answer' : `choice ${index} of the answer`;
            yield { problem: `${which} of ${model} to the question ${id} has no turn ${turn + 1}.`, place };
            continue;
          }
          const preference = index === 0 ? scoreOf(model, own) : undefined;
          if (index === 0) places.set(model, candidates.length);
          const text = upTo(turn, turns, texts);
          candidates.push({ text, model, ...(preference === undefined ? {} : { preference }) });
        }
      }
      if (candidates.length === 0) continue;
      const known = references.filter((texts) => texts.length > turn);
      const used = known.length > 0 ? known : reference?.[turn] === undefined ? [] : [reference];
      yield {
        place: asked.place,
        notes: turn === 0 ? notes : [],
        example: {
          id: turns.length === 1 ? id : `${id} turn ${turn + 1}`,
          question: { instruction: turns[0] ?? '' },
          category,
          candidates,
          verdicts: own.flatMap((judgement) => ('models' in judgement ? verdictOf(judgement, places) : [])),
          references: used.map((texts) => upTo(turn, turns, texts)),
        },
      };
    }
  }

  #count(model: string, place: RecordPlace): void {
    const known = this.#strangers.get(model) ?? { place, count: 0 };
    known.count += 1;
    this.#strangers.set(model, known);
  }
}

/** Only the first turn can be asked of a model: later ones go on from its own answer. */
function promptOf(
  id: string,
  { place, turns, category, reference }: Asked,
  references: readonly (readonly string[])[] | undefined,
): JoinedItem {
  const known = references === undefined ? reference?.slice(0, 1) : references.flatMap((texts) => texts.slice(0, 1));
  return {
    place,
    notes: turns.length === 1 ? [] : [`the question ${id} has ${turns.length} turns, of which the first is asked.`],
    example: {
      id,
      question: { instruction: turns[0] ?? '' },
      category,
      candidates: [],
      verdicts: [],
      references: known ?? [],
    },
  };
}

/** The answer to the first turn, or the conversation up to a later one without its first question. */
function upTo(turn: number, questions: readonly string[], answers: readonly string[]): string {
  return transcript(
    Array.from({ length: 2 * turn + 1 }, (_, index) =>
      index % 2 === 0
        ? { role: 'assistant' as const, content: answers[index / 2] ?? '' }
        : { role: 'user' as const, content: questions[(index + 1) / 2] ?? '' },
    ),
  );
}

/** Texts, or objects with a `content`. @throws ValueProblem */
function turnsOf(value: unknown, field: string): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts = list.map((turn) => (isObject(turn) ? turn['content'] : turn));
  const wrong = texts.findIndex((text) => typeof text !== 'string');
  if (texts.length === 0 || wrong !== -1) throw refuse(field, value, 'a list of texts, one for each turn');
  return texts as readonly string[];
}

/** A question as on the hub: both turns in `prompt`, and no answers. */
function isPromptOfHub(row: UnknownObject): boolean {
  return hasOnly(row, ['prompt', 'prompt_id', 'category', 'reference']) && Array.isArray(row['prompt']);
}

/** A question in the form that MT-Bench had before it had turns. */
function isPlainQuestion(row: UnknownObject): boolean {
  return hasOnly(row, ['question_id', 'text', 'category']) && typeof row['text'] === 'string';
}

/** An answer in the same form. */
function isPlainAnswer(row: UnknownObject): boolean {
  const names = ['question_id', 'text', 'answer_id', 'model_id', 'metadata'];
  return hasOnly(row, names) && typeof row['text'] === 'string' && 'model_id' in row;
}

function hasOnly(row: UnknownObject, names: readonly string[]): boolean {
  return Object.keys(row).every((name) => names.includes(name));
}

/** A score of one answer, and not an answer that has one. */
function isScore(row: UnknownObject): boolean {
  const isAnswer = ['answer', 'output', 'response', 'text', 'messages', 'conversation'].some((name) => name in row);
  return typeof row['model'] === 'string' && 'score' in row && ('judge' in row || 'judgment' in row) && !isAnswer;
}

/** @throws ValueProblem */
function readTurn(row: UnknownObject): number {
  const { turn } = row;
  if (isAbsent(turn)) return 1;
  if (Number.isInteger(turn) && Number(turn) >= 1) return Number(turn);
  throw refuse('turn', turn, 'a number from 1');
}

/** @throws ValueProblem */
function readScore(row: UnknownObject, place: RecordPlace): Judged {
  const { score } = row;
  // -1 is what the judge of MT-Bench writes where it found no score.
  if (typeof score !== 'number' || score < 0) throw refuse('score', score, 'a number from 0; -1 is no score');
  return { place, turn: readTurn(row), model: textOf(row, 'model'), score };
}

const WINNERS: Readonly<Record<string, Outcome>> = {
  model_1: 'left',
  model_2: 'right',
  tie: 'tie',
  'tie (bothbad)': 'both-bad',
};

/** Of two games with the order swapped, a model wins that wins both; whatever else they say is a tie. @throws ValueProblem */
function readPair(row: UnknownObject, place: RecordPlace): Judged {
  const models = [textOf(row, 'model_1'), textOf(row, 'model_2')] as const;
  if (models[0] === models[1]) throw refuse('model_2', models[1], 'another model than model_1');
  const games = ('winner' in row ? ['winner'] : ['g1_winner', 'g2_winner']).filter(
    (name, index) => index === 0 || !isAbsent(row[name]),
  );
  const outcomes = games.map((name) => {
    const given = row[name];
    const named = typeof given === 'string' ? models.indexOf(given) : -1;
    const outcome = named === -1 ? WINNERS[String(given).toLowerCase()] : (['left', 'right'] as const)[named];
    if (outcome === undefined) throw refuse(name, given, 'model_1, model_2 or tie');
    return outcome;
  });
  const [first = 'tie', second = first] = outcomes;
  return { place, turn: readTurn(row), models, outcome: first === second ? first : 'tie' };
}

function verdictOf(
  { models, outcome }: Extract<Judged, { readonly outcome: Outcome }>,
  places: ReadonlyMap<string, number>,
): readonly CandidateVerdict[] {
  const [left, right] = [places.get(models[0]), places.get(models[1])];
  return left === undefined || right === undefined ? [] : [{ left, right, outcome }];
}

/** The mean of the scores of a model, by however many judges. */
function scoreOf(model: string, judged: readonly Judged[]): number | undefined {
  const scores = judged.flatMap((one) => ('score' in one && one.model === model ? [one.score] : []));
  return scores.length === 0 ? undefined : scores.reduce((sum, score) => sum + score, 0) / scores.length;
}
