import { readFile } from 'node:fs/promises';
import { InvalidArgumentError, type JsonSchemaObject } from '../../index.ts';
import { errorMessage } from '../../util/error-message.ts';
import { codeOf } from '../errors.ts';

/**
 * Reads the JSON schema of `--schema`.
 *
 * @throws InvalidArgumentError for a file that cannot be read, or holds no object in JSON.
 */
export async function readSchema(path: string, abortSignal: AbortSignal): Promise<JsonSchemaObject> {
  const refuse = (message: string) => new InvalidArgumentError({ parameter: '--schema', value: path, message });
  const text = await readFile(path, { encoding: 'utf8', signal: abortSignal }).catch((error: unknown) => {
    abortSignal.throwIfAborted();
    const code = codeOf(error);
    if (code === 'ENOENT') throw refuse('there is no such file.');
    throw refuse(code === 'EISDIR' ? 'it is a folder.' : `it cannot be read (${code}).`);
  });
  const schema = parse(text.replace(/^\uFEFF/, ''), refuse);
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
    throw refuse('it holds no JSON schema, which is an object such as {"type": "object", "properties": {…}}.');
  }
  return schema as JsonSchemaObject;
}

function parse(text: string, refuse: (message: string) => Error): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refuse(`it is not JSON: ${errorMessage(error)}.`);
  }
}
