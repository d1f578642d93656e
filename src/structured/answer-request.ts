import { jsonSchema as toSchema, type JSONSchema7, type ModelMessage, Output } from 'ai';
import type { JsonSchemaObject } from '../spec/answer-schema.ts';
import type { GenerationSettings } from '../spec/model-choice.ts';
import type { Prompt } from '../spec/prompt.ts';

/** Asks for JSON of a schema in words: not every model can be held to one, and those that can see no descriptions. */
export function schemaWords(jsonSchema: JsonSchemaObject): string {
  return (
    'Write the answer as JSON that follows this JSON schema. Write nothing but the JSON.\n' + JSON.stringify(jsonSchema)
  );
}

/** A question that asks for JSON of a schema, after the last message of the user. */
export function withSchemaWords(prompt: Prompt, jsonSchema: JsonSchemaObject): Prompt {
  const last = prompt.messages.length - 1;
  const words = schemaWords(jsonSchema);
  const messages = prompt.messages.map((message, index): ModelMessage => {
    if (index < last || message.role !== 'user') return message;
    const { content } = message;
    if (typeof content === 'string') return { ...message, content: `${content}\n\n${words}` };
    return { ...message, content: [...content, { type: 'text', text: `\n\n${words}` }] };
  });
  return { ...prompt, messages };
}

/** The form of the answer, for models that can be held to one. */
export function schemaOutput(jsonSchema: JsonSchemaObject): Output.Output {
  return Output.object({ schema: toSchema(jsonSchema as JSONSchema7) });
}

/**
 * Settings for calls with a schema. OpenAI and others refuse schemas with optional keys unless told that these are not
 * meant strictly; the caller's own word on that counts.
 */
export function schemaSettings(settings: GenerationSettings, jsonSchema: JsonSchemaObject): GenerationSettings {
  if (isStrict(jsonSchema)) return settings;
  const { providerOptions = {} } = settings;
  const strictJsonSchema = false;
  return {
    ...settings,
    providerOptions: {
      ...providerOptions,
      openai: { strictJsonSchema, ...providerOptions['openai'] },
      openaiCompatible: { strictJsonSchema, ...providerOptions['openaiCompatible'] },
    },
  };
}

/** Whether every object in a schema has exactly the keys that it names, and nothing may be of any type. */
function isStrict(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return true;
  if (Array.isArray(schema)) return schema.every(isStrict);
  if (Object.keys(schema).length === 0) return false;
  const { type, properties = {}, required = [], additionalProperties } = schema as JsonSchemaObject;
  const isObject = type === 'object' || (Array.isArray(type) && type.includes('object'));
  if (isObject) {
    const keys = Object.keys(properties as object);
    if (additionalProperties !== false || !keys.every((key) => (required as readonly string[]).includes(key))) {
      return false;
    }
  }
  return Object.values(schema).every(isStrict);
}
