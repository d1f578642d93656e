import { z } from 'zod';

const text = z.string({ error: 'a text' });

const expectedId = { error: 'a text or a number below 2^53' };

/** Beyond 2^53 a number would come out as another one, so such ids have to be texts. */
const id = z
  .union([z.string(), z.number()], expectedId)
  .refine((value) => !Number.isInteger(value) || Number.isSafeInteger(value), expectedId)
  .nullish();

const candidate = z.union([z.string(), z.looseObject({ text: z.string() }).transform((given) => given.text)], {
  error: 'a text or { "text": … }',
});

/** The same with the place and the score that a ranking gave, if they are numbers. */
const rankedCandidate = z.union(
  [
    z.string(),
    z.looseObject({
      text: z.string(),
      rank: z.number().optional().catch(undefined),
      score: z.number().optional().catch(undefined),
    }),
  ],
  { error: 'a text or { "text": … }' },
);

const question = { id, instruction: text.optional(), prompt: text.optional(), input: text.nullish() };

type Question = { readonly [KEY in keyof typeof question]?: z.infer<(typeof question)[KEY]> };

/** Exactly one of the two names of the question, as the functions of the library take them. */
function checkQuestion({ instruction, prompt }: Question, context: z.RefinementCtx): void {
  if (instruction === undefined && prompt === undefined) {
    context.addIssue({ code: 'custom', path: ['instruction'], message: 'the question as a text' });
  }
  if (instruction !== undefined && prompt !== undefined) {
    context.addIssue({ code: 'custom', path: ['prompt'], message: 'only one of instruction and prompt' });
  }
}

/** `instruction` and `prompt` mean the same here, so that `input` goes with both. */
function toQuestion({ id: given, instruction, prompt, input }: Question) {
  return { id: given ?? undefined, question: { instruction: instruction ?? prompt ?? '', input: input ?? undefined } };
}

/** The line itself. */
const object = { error: 'a JSON object' };

/** A question with any number of answers. */
function recordOf<CANDIDATE extends z.ZodType>(one: CANDIDATE) {
  return z
    .looseObject(
      {
        ...question,
        candidates: z.array(one, { error: 'a list of texts' }).min(1, { error: 'at least one candidate' }),
      },
      object,
    )
    .superRefine(checkQuestion)
    .transform((record) => ({ ...toQuestion(record), candidates: record.candidates }));
}

/** A line of `rank`. */
export const candidatesRecord = recordOf(candidate);

/** A line of `fuse`, best first. */
export const rankedCandidatesRecord = recordOf(rankedCandidate);

/** A line of `compare`: a question with two answers. */
export const pairRecord = z
  .looseObject({ ...question, a: text, b: text }, object)
  .superRefine(checkQuestion)
  .transform((record) => ({ ...toQuestion(record), a: record.a, b: record.b }));

/** What every kind of record has. */
export interface JsonlRecord {
  /** Undefined where the line has none; it is then the line number. */
  readonly id: string | number | undefined;
}
