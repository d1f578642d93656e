import { z } from 'zod';
import { AGGREGATIONS, FUSION_PROMPTS, GOALS, ORDERS, STRATEGIES, STREAMS } from '../../index.ts';
import { chatRequest, userContent } from '../chat/chat-request.ts';
import { count, fieldsOnly, milliseconds, nameIn, optional, text } from './fields.ts';

// The names are those of the library, since the parts and states of a session have them as well.

const generation = {
  temperature: optional(z.number().min(0)),
  topP: optional(z.number().min(0).max(1)),
  maxOutputTokens: optional(count),
  seed: optional(z.int()),
  stopSequences: optional(z.array(text)),
};

const memberSettings = { ...generation, samples: optional(count), timeoutMs: optional(milliseconds) };

const model = z.union(
  [text, fieldsOnly({ model: text, ...memberSettings })],
  'expected the id of a model, or an object with `model` and its settings',
);

const fuser = z.union(
  [text, fieldsOnly({ model: text, ...generation, timeoutMs: optional(milliseconds) })],
  'expected the id of a model, or an object with `model` and its settings',
);

const ranker = z.union(
  [
    text,
    fieldsOnly({
      judge: text,
      ...generation,
      timeoutMs: optional(milliseconds),
      maxRetries: optional(z.int().min(0)),
    }),
  ],
  'expected the name of a ranker, or an object with `judge` and its settings',
);

const orders = optional(nameIn(ORDERS));

const ranking = {
  ranker: optional(ranker),
  strategy: optional(nameIn(STRATEGIES)),
  aggregation: optional(nameIn(AGGREGATIONS)),
  goal: optional(nameIn(GOALS)),
  topK: optional(count),
  confidence: optional(z.number().gt(0).max(1)),
  maxPairs: optional(count),
  orders,
  rankSeed: optional(z.int()),
};

const callLimits = { timeoutMs: optional(milliseconds), maxRetries: optional(z.int().min(0)) };

const fusing = {
  fuser: optional(fuser),
  topK: optional(count),
  fusionPrompt: optional(nameIn(FUSION_PROMPTS)),
  showRanks: optional(z.boolean()),
  showScores: optional(z.boolean()),
  analysis: optional(z.boolean()),
  contextTokens: optional(count),
  checkRanker: optional(ranker),
};

/** Settings of a blend: all that are plain data and not the configuration's alone. */
const settings = {
  blend: optional(text),
  models: optional(z.array(model).min(1)),
  samples: optional(count),
  ...generation,
  ...ranking,
  ...fusing,
  ...callLimits,
  fusion: optional(z.boolean()),
  totalTimeoutMs: optional(milliseconds),
  maxCalls: optional(count),
  maxCost: optional(z.number().min(0)),
  quorum: optional(count),
  patienceMs: optional(z.number().min(0)),
  fast: optional(z.boolean()),
  stream: optional(nameIn(STREAMS)),
  system: optional(z.string()),
};

/** A conversation: no tools take part in a session. */
const messages = z
  .array(chatRequest.shape.messages.element)
  .min(1)
  .superRefine((all, context) => {
    for (const [index, message] of all.entries()) {
      const isOfTool =
        message.role === 'tool' || (message.role === 'assistant' && (message.tool_calls?.length ?? 0) > 0);
      if (isOfTool) {
        context.addIssue({
          code: 'custom',
          path: [index],
          message: 'a session has no tools. Leave out what is of tools.',
        });
      }
    }
  });

const question = {
  prompt: optional(text),
  messages: optional(messages),
  instruction: optional(text),
  input: optional(z.string()),
  schema: optional(z.record(z.string(), z.unknown())),
};

/** The body of `POST /v1/blends/estimate`, and what a start has besides. */
const blend = { ...question, ...settings };

export const estimateRequest = fieldsOnly(blend);

/** The body of `POST /v1/blends`. */
export const startRequest = fieldsOnly({
  ...blend,
  /** What is done at once. */
  start: optional(z.enum(['run', 'ask', 'none'], 'expected one of: run, ask, none')),
  /** False closes the session when its run has ended. */
  keepOpen: optional(z.boolean()),
});

/** What a team may be called in a configuration. */
export const teamName = z
  .string()
  .regex(/^[^/:\s]{1,100}$/, 'a name has no slash, colon or space, and at most 100 characters');

/** The body of `POST /v1/blends/configuration`. */
export const configurationRequest = fieldsOnly({
  ...settings,
  name: optional(teamName),
});

const id = text;
const insights = optional(z.array(text));

/** The body of `POST /v1/blends/ID/actions` and `/estimate`: a `SessionAction`. */
export const actionRequest = z.discriminatedUnion('type', [
  fieldsOnly({ type: z.literal('run') }),
  fieldsOnly({ type: z.literal('ask') }),
  fieldsOnly({ type: z.literal('add'), member: model }),
  fieldsOnly({ type: z.literal('change'), id, change: fieldsOnly({ model: optional(text), ...memberSettings }) }),
  fieldsOnly({ type: z.literal('retry'), id }),
  fieldsOnly({ type: z.literal('remove'), id }),
  fieldsOnly({ type: z.literal('stop'), id: optional(id) }),
  fieldsOnly({ type: z.literal('rank'), settings: optional(fieldsOnly({ ...ranking, ...callLimits })) }),
  fieldsOnly({
    type: z.literal('fuse'),
    settings: optional(
      fieldsOnly({
        ...fusing,
        from: optional(z.array(id).min(1)),
        instruction: optional(text),
        insights: optional(
          fieldsOnly({ agreement: insights, contradictions: insights, uniquePoints: insights, blindSpots: insights }),
        ),
        maxOutputTokens: optional(count),
      }),
    ),
  }),
  fieldsOnly({
    type: z.literal('compare'),
    left: id,
    right: id,
    settings: optional(fieldsOnly({ ranker: optional(ranker), orders })),
  }),
  fieldsOnly({ type: z.literal('continue'), from: id, question: userContent }),
]);

export type StartRequest = z.infer<typeof startRequest>;
export type EstimateRequest = z.infer<typeof estimateRequest>;
export type ConfigurationRequest = z.infer<typeof configurationRequest>;
export type ActionRequest = z.infer<typeof actionRequest>;
/** A member as a client names it. */
export type NamedMember = z.infer<typeof model>;
export type NamedFuser = z.infer<typeof fuser>;
export type NamedRanker = z.infer<typeof ranker>;
