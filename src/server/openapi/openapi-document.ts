import { z } from 'zod';
import { ERROR_MEANINGS, errorBody } from './error-responses.ts';
import type { BodySchema, Operation, Operations, Reply } from './operation.ts';

const COMPONENTS = '#/components/schemas/';

/** The document of these operations, by the OpenAPI Specification 3.1. */
export function openapiDocument(operations: Operations, { needsKey }: { needsKey: boolean }): object {
  const all = Object.values(operations);
  const bodies = [
    { name: 'Error', schema: errorBody },
    ...all.flatMap(({ body, replies }) => [body, ...Object.values(replies).flatMap((one) => [one.body, one.events])]),
  ].filter((body) => body !== undefined);
  const paths: Record<string, Record<string, object>> = {};
  for (const [route, operation] of Object.entries(operations)) {
    const [method = '', path = ''] = route.split(' ');
    paths[path] = { ...paths[path], [method.toLowerCase()]: describeOperation(operation) };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'LLM-Blender',
      version: '1',
      description: 'Blends of language models, in the form of the API of OpenAI.',
    },
    security: needsKey ? [{ key: [] }] : [],
    paths,
    components: {
      schemas: schemasOf(bodies),
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'A key of this server.' } },
    },
  };
}

function describeOperation(operation: Operation): object {
  const { id, summary, description, parameters = [], body, replies, errors, isOpen = false } = operation;
  return {
    operationId: id,
    summary,
    ...(description === undefined ? {} : { description }),
    ...(isOpen ? { security: [] } : {}),
    ...(parameters.length === 0
      ? {}
      : {
          parameters: parameters.map(({ schema, ...parameter }) => ({
            ...parameter,
            required: parameter.in === 'path',
            schema: toSchema(schema),
          })),
        }),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: referTo(body) } } } }),
    responses: {
      ...Object.fromEntries(Object.entries(replies).map(([status, reply]) => [status, describeReply(reply)])),
      ...Object.fromEntries(errors.map((status) => [status, describeError(status)])),
    },
  };
}

function describeReply({ description, body, alsoAs, events, mediaType }: Reply): object {
  return {
    description,
    headers: REQUEST_ID,
    content: {
      ...(body === undefined ? {} : { 'application/json': { schema: referTo(body) } }),
      ...(body === undefined || alsoAs === undefined ? {} : { [alsoAs]: { schema: referTo(body) } }),
      ...(events === undefined ? {} : { 'text/event-stream': { schema: eventSchema(events) } }),
      ...(mediaType === undefined ? {} : { [mediaType]: { schema: { type: 'string' } } }),
    },
  };
}

/** One event of a stream, as tools that know server-sent events check them. */
function eventSchema(data: BodySchema): object {
  return {
    description: 'One of the server-sent events.',
    type: 'object',
    properties: {
      event: { type: 'string' },
      data: { type: 'string', contentMediaType: 'application/json', contentSchema: referTo(data) },
    },
    required: ['data'],
  };
}

const REQUEST_ID = {
  'x-request-id': { description: 'Id of the request, as in the log.', required: true, schema: { type: 'string' } },
};

function describeError(status: number): object {
  return {
    description: ERROR_MEANINGS[status] ?? 'An error.',
    headers: {
      ...REQUEST_ID,
      ...(status === 405 ? { allow: { description: 'The methods of the path.', schema: { type: 'string' } } } : {}),
      ...(status === 429 || status === 503
        ? { 'retry-after': { description: 'Seconds.', schema: { type: 'string' } } }
        : {}),
    },
    content: { 'application/json': { schema: { $ref: `${COMPONENTS}Error` } } },
  };
}

function referTo({ name }: BodySchema): object {
  return { $ref: COMPONENTS + name };
}

/** As they are sent: what is not named may come too. */
function schemasOf(bodies: readonly BodySchema[]): Readonly<Record<string, object>> {
  return Object.fromEntries(bodies.map(({ name, schema }) => [name, toSchema(schema)]));
}

function toSchema(schema: z.ZodType): object {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'throw' });
  return rest;
}
