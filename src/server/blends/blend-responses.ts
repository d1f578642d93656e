import { z } from 'zod';

const time = z.string().describe('ISO 8601.');

const summary = {
  id: z.string(),
  object: z.literal('blend'),
  status: z.enum(['running', 'idle', 'closed']),
  question: z.string().nullable().describe('Its beginning; null before it was asked.'),
  models: z.array(z.string()),
  turns: z.int(),
  seq: z.int().describe('Number of its last part.'),
  usage: z.looseObject({ calls: z.number() }),
  createdAt: time,
  closedAt: time.nullable(),
  closedBy: z.enum(['client', 'idle', 'room', 'size', 'shutdown']).nullable(),
  expiresAt: time.nullable(),
};

/** A session as lists have it. */
export const blendSummary = z.object(summary);

export const blendList = z.object({ object: z.literal('list'), data: z.array(blendSummary) });

/** A session with what its parts come to. */
export const blendWithState = z.object({
  ...summary,
  state: z.looseObject({ seq: z.int(), turns: z.array(z.looseObject({ turn: z.int() })), isClosed: z.boolean() }),
});

/** A part of a session: what is in it besides is for its type to say. */
export const blendPart = z.looseObject({ type: z.string(), seq: z.int().optional(), at: z.number().optional() });

/** The answer to an action. */
export const blendAction = z.object({
  object: z.literal('blend.action'),
  type: z.string(),
  status: z.enum(['running', 'ended']),
  seq: z.int(),
  member: z.string().optional().describe('Id of the member that was added.'),
  blend: blendWithState.optional(),
});

const range = z.object({ atLeast: z.number(), atMost: z.number() });

/** What something would take. */
export const workEstimate = z.looseObject({
  calls: range,
  inputTokens: range,
  outputTokens: range,
  cost: range.describe('US dollars, without the models of `unknownPrices`.'),
  unknownPrices: z.array(z.string()),
});

const status = z.enum(['ready', 'missing-key', 'missing-package', 'not-downloaded']);
const download = z.object({ bytes: z.number(), licence: z.string().nullable() }).nullable();
const names = z.record(z.string(), z.string());

/** What sessions can be made of. */
export const blendChoices = z.object({
  object: z.literal('blend.choices'),
  blends: z.array(
    z.object({
      name: z.string(),
      isDefault: z.boolean(),
      models: z.array(z.looseObject({ model: z.string() })),
      settings: z.looseObject({}),
    }),
  ),
  models: z.array(
    z.object({
      id: z.string(),
      roles: z.array(z.enum(['member', 'fuser', 'judge'])),
      provider: z.string(),
      status,
      keyVariables: z.array(z.string()),
      package: z.string().nullable(),
      download,
      settings: z.looseObject({}),
    }),
  ),
  fusers: z.array(z.string()),
  rankers: z.array(z.object({ name: z.string(), ranker: z.string(), status, download })),
  names: z.object({
    strategies: names,
    aggregations: names,
    goals: names,
    orders: names,
    fusionPrompts: names,
    streams: names,
  }),
  actions: z.array(z.string()),
  limits: z.record(z.string(), z.number()),
});

/** A part of a configuration file. */
export const teamConfiguration = z.object({ blends: z.record(z.string(), z.looseObject({})) });
