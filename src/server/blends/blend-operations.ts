import { z } from 'zod';
import type { Operation, Operations, Parameter, Reply } from '../openapi/operation.ts';
import { COMMON_ERRORS, MODEL_ERRORS } from '../openapi/error-responses.ts';
import type { ServerLimits } from '../server-limits.ts';
import { actionRequest, configurationRequest, estimateRequest, startRequest, teamName } from './blend-request.ts';
import {
  blendAction,
  blendChoices,
  blendList,
  blendPart,
  blendSummary,
  blendWithState,
  teamConfiguration,
  workEstimate,
} from './blend-responses.ts';

const ID: Parameter = {
  name: 'id',
  in: 'path',
  description: 'Id of the session.',
  schema: z.string().min(1),
};

const NAME: Parameter = { name: 'name', in: 'query', description: 'What the team is called.', schema: teamName };

function flag(name: string, description: string): Parameter {
  return { name, in: 'query', description, schema: z.enum(['true', 'false']) };
}

const part: NonNullable<Reply['events']> = { name: 'BlendPart', schema: blendPart };
const configuration: Reply = {
  description: 'YAML, or JSON where that is accepted.',
  body: { name: 'TeamConfiguration', schema: teamConfiguration },
  alsoAs: 'application/yaml',
};
const estimated: Reply = { description: 'The estimate.', body: { name: 'WorkEstimate', schema: workEstimate } };
const action = { name: 'BlendActionRequest', schema: actionRequest };
const taken = { name: 'BlendAction', schema: blendAction };

/** Errors of what a session is asked without a body. */
const OF_SESSION = [...COMMON_ERRORS, 404];

/** `/v1/blends` with the limits of a server. */
export function blendOperations(limits: ServerLimits): Operations {
  const asked = {
    prompt: startRequest.shape.prompt.meta({ examples: ['Why is the sky blue?'] }),
    samples: z.int().min(1).max(limits.samples).nullish(),
    maxOutputTokens: z.int().min(1).max(limits.outputTokens).nullish(),
  };
  const estimate: Operation = {
    id: 'estimateBlend',
    summary: 'What a session would take that begins like this. No model is asked.',
    body: { name: 'EstimateBlendRequest', schema: estimateRequest.extend(asked) },
    replies: { 200: estimated },
    errors: MODEL_ERRORS,
  };
  return {
    'GET /v1/blends/choices': {
      id: 'listBlendChoices',
      summary: 'What sessions can be made of: models, blends, rankers, fusers, names of settings, limits.',
      replies: { 200: { description: 'The choices.', body: { name: 'BlendChoices', schema: blendChoices } } },
      errors: COMMON_ERRORS,
    },
    'POST /v1/blends': {
      id: 'startBlend',
      summary: 'Starts a session: a blend that is watched and steered while it runs.',
      parameters: [
        {
          name: 'Idempotency-Key',
          in: 'header',
          description: 'A second start with the same key and body is the session that the first has made.',
          schema: z.string().regex(/^[!-~]{1,255}$/),
        },
      ],
      body: { name: 'StartBlendRequest', schema: startRequest.extend(asked) },
      replies: {
        201: {
          description: 'The session, which `Location` names; its parts as events where those are accepted.',
          body: { name: 'BlendWithState', schema: blendWithState },
          events: part,
        },
      },
      errors: [...MODEL_ERRORS, 422],
    },
    'POST /v1/blends/estimate': estimate,
    'POST /v1/blends/configuration': {
      id: 'exportTeam',
      summary: 'Members and settings as a part of a configuration file.',
      body: { name: 'ExportTeamRequest', schema: configurationRequest },
      replies: { 200: configuration },
      errors: [...COMMON_ERRORS, 404, 413, 503],
    },
    'GET /v1/blends': {
      id: 'listBlends',
      summary: 'The sessions of this key, newest first, open and finished.',
      replies: { 200: { description: 'The sessions.', body: { name: 'BlendList', schema: blendList } } },
      errors: COMMON_ERRORS,
    },
    'GET /v1/blends/{id}': {
      id: 'retrieveBlend',
      summary: 'A session with its state.',
      parameters: [ID],
      replies: { 200: { description: 'The session.', body: { name: 'BlendWithState', schema: blendWithState } } },
      errors: OF_SESSION,
    },
    'DELETE /v1/blends/{id}': {
      id: 'deleteBlend',
      summary: 'Stops what runs in a session, and forgets it.',
      parameters: [ID],
      replies: { 204: { description: 'It is forgotten.' } },
      errors: OF_SESSION,
    },
    'POST /v1/blends/{id}/close': {
      id: 'closeBlend',
      summary: 'Stops what runs in a session, and ends it. It stays to be replayed.',
      parameters: [ID],
      replies: { 200: { description: 'The session.', body: { name: 'BlendSummary', schema: blendSummary } } },
      errors: OF_SESSION,
    },
    'GET /v1/blends/{id}/parts': {
      id: 'readBlendParts',
      summary: 'The parts of a session, from the first or after any.',
      parameters: [
        ID,
        {
          name: 'after',
          in: 'query',
          description: 'Number of the last part that the reader has; the header `Last-Event-ID` goes first.',
          schema: z.string().regex(/^\d{1,15}$/),
        },
      ],
      replies: {
        200: { description: 'The parts, as they come.', events: part },
        204: { description: 'Nothing follows.' },
      },
      errors: OF_SESSION,
    },
    'GET /v1/blends/{id}/recording': {
      id: 'downloadRecording',
      summary: 'The parts of a session so far as a file of JSON lines, which `llm-blender replay` plays.',
      parameters: [
        ID,
        flag('stripKeys', 'Whether what looks like a key is replaced. Default: true.'),
        flag('stripPrompts', 'Whether the questions are left out. Default: false.'),
      ],
      replies: { 200: { description: 'The recording.', mediaType: 'application/x-ndjson' } },
      errors: OF_SESSION,
    },
    'GET /v1/blends/{id}/configuration': {
      id: 'exportBlend',
      summary: 'The present members and settings of a session as a part of a configuration file.',
      parameters: [ID, NAME],
      replies: { 200: configuration },
      errors: OF_SESSION,
    },
    'POST /v1/blends/{id}/actions': {
      id: 'act',
      summary: 'Takes an action on a session.',
      parameters: [ID, flag('wait', 'Whether to answer when the action is over. Default: false.')],
      body: action,
      replies: {
        200: { description: 'It is over.', body: taken },
        202: { description: 'It goes on; the parts tell how.', body: taken },
      },
      errors: [...MODEL_ERRORS, 409],
    },
    'POST /v1/blends/{id}/estimate': {
      id: 'estimateAction',
      summary: 'What an action would take. No model is asked.',
      parameters: [ID],
      body: action,
      replies: { 200: estimated },
      errors: [...MODEL_ERRORS, 409],
    },
  };
}
