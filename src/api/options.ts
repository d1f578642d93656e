import type { ModelMessage } from 'ai';
import type { BlendOptions as BlendFields } from '../blend/index.ts';
import type { CompareOptions as CompareFields } from '../compare/index.ts';
import type { FuseOptions as FuseFields } from '../fuse/index.ts';
import type { GenerateCandidatesOptions as GenerateFields } from '../generate/index.ts';
import type {
  GenerateAndRankOptions as GenerateAndRankFields,
  RankOptions as RankFields,
  RankWithReferenceOptions as RankWithReferenceFields,
  TopKOptions as TopKFields,
  WorstOfNOptions as WorstOfNFields,
} from '../rank/index.ts';
import type { AnswerSchema } from '../spec/answer-schema.ts';
import type { PromptOptions as PromptFields } from '../spec/prompt.ts';

/** The question: exactly one of `prompt`, `messages`, or `instruction` (with or without `input`). */
export type PromptOptions = (
  | {
      /** The question as one text. */
      readonly prompt: string;
      readonly messages?: undefined;
      readonly instruction?: undefined;
      readonly input?: undefined;
    }
  | {
      /** A conversation in the AI SDK's form; the last message is the user's. */
      readonly messages: readonly ModelMessage[];
      readonly prompt?: undefined;
      readonly instruction?: undefined;
      readonly input?: undefined;
    }
  | {
      /** The question in MixInstruct's form. */
      readonly instruction: string;
      /** Material that the instruction refers to. */
      readonly input?: string | undefined;
      readonly prompt?: undefined;
      readonly messages?: undefined;
    }
) & {
  /** System message for the models. Rankers and fusers see it as part of the task. */
  readonly system?: string | undefined;
};

/** Options with exactly one question among them. */
type WithQuestion<FIELDS extends PromptFields> = Omit<FIELDS, keyof PromptFields> & PromptOptions;

/** Options of a function that takes a schema, whose type is that of the result's `object`. */
type WithSchema<FIELDS extends PromptFields, SCHEMA> = Omit<FIELDS, keyof PromptFields | 'schema'> &
  PromptOptions & {
    /**
     * The form of the answers: a Zod schema, `jsonSchema(…)` of the AI SDK, or a JSON schema. Each model is asked for JSON
     * that follows it; an answer that does not is a failure of the kind `invalid`.
     *
     * @default any text
     */
    readonly schema?: SCHEMA;
  };

/** What a function's `schema` may be. */
type AnySchema = AnswerSchema | undefined;

/** Options of `generateCandidates`. */
export type GenerateCandidatesOptions<SCHEMA extends AnySchema = AnySchema> = WithSchema<GenerateFields, SCHEMA>;
/** Options of `compare`. */
export type CompareOptions = WithQuestion<CompareFields>;
/** Options of `rank`. */
export type RankOptions = WithQuestion<RankFields>;
/** Options of `rankWithReference`. */
export type RankWithReferenceOptions = WithQuestion<RankWithReferenceFields>;
/** Options of `bestOfN` over models: `totalTimeoutMs` is for the answers; ranking them comes on top. */
export type GenerateAndRankOptions<SCHEMA extends AnySchema = AnySchema> = WithSchema<GenerateAndRankFields, SCHEMA>;
/** Options of `worstOfN`. */
export type WorstOfNOptions = WithQuestion<WorstOfNFields>;
/** Options of `topK`. */
export type TopKOptions = WithQuestion<TopKFields>;
/** Options of `fuse`. */
export type FuseOptions<SCHEMA extends AnySchema = AnySchema> = WithSchema<FuseFields, SCHEMA>;
/** Options of `blend` and `streamBlend`. */
export type BlendOptions<SCHEMA extends AnySchema = AnySchema> = WithSchema<BlendFields, SCHEMA>;
