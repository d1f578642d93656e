import { APICallError, type LanguageModelV4StreamPart } from '@ai-sdk/provider';
import type { LanguageModelMiddleware } from 'ai';
import { callErrorKind } from '../calls/index.ts';
import type { Provider } from './find-provider.ts';
import { servedModels } from './served-models.ts';

/** Most names of models in a message. */
const MAX_NAMES = 8;

/** Adds a hint to the errors of a provider's model: which key to check, what is served instead, what to start. */
export function explainErrors(provider: Provider, modelId: string): LanguageModelMiddleware {
  const explained = async <RESULT>(
    call: () => PromiseLike<RESULT>,
    abortSignal: AbortSignal | undefined,
  ): Promise<RESULT> => {
    try {
      return await call();
    } catch (error) {
      if (error instanceof Error) await explainError(error, { provider, modelId, abortSignal });
      throw error;
    }
  };
  return {
    specificationVersion: 'v4',
    wrapGenerate: ({ doGenerate, params }) => explained(doGenerate, params.abortSignal),
    wrapStream: async ({ doStream, params }) => {
      const result = await explained(doStream, params.abortSignal);
      const contentType = result.response?.headers?.['content-type'] ?? '';
      if (!/json|html/i.test(contentType)) return result;
      return { ...result, stream: result.stream.pipeThrough(refuseOtherContent(provider, contentType)) };
    },
  };
}

/** Adds a hint to the message of an error. */
export async function explainError(error: Error, failed: FailedModel): Promise<void> {
  const hint = await findHint(error, failed);
  if (hint !== undefined) error.message = `${error.message.replace(/\.?$/, '.')} ${hint}`;
}

/** The model that failed. */
export interface FailedModel {
  readonly provider: Provider;
  readonly modelId: string;
  readonly abortSignal: AbortSignal | undefined;
}

async function findHint(error: unknown, failed: FailedModel): Promise<string | undefined> {
  const { provider } = failed;
  switch (callErrorKind(error)) {
    case 'refused':
      return keyHint(provider);
    case 'not-found':
      return servedHint(failed);
    case 'unreachable':
      return `Nothing answers at ${provider.baseURL}.${startHint(provider)}`;
    case 'invalid-response':
      return addressHint(provider);
    default:
      return undefined;
  }
}

function startHint({ known: { localServer, endpoint } }: Provider): string {
  if (localServer === undefined) return '';
  return ` Start it with: ${localServer.startCommand}.${
    endpoint?.baseURLVariable === undefined ? '' : ` ${endpoint.baseURLVariable} names another address.`
  }`;
}

function keyHint({ name, keyVariable, keyVariables }: Provider): string {
  if (keyVariable !== undefined) return `Check the key in ${keyVariable}.`;
  const variable = keyVariables[0];
  return variable === undefined
    ? `No key was sent: name the variable that holds it in providers.${name}.apiKeyEnv.`
    : `No key was sent: set ${variable}.`;
}

async function servedHint({ provider, modelId, abortSignal }: FailedModel): Promise<string | undefined> {
  let served: readonly string[];
  try {
    served = await servedModels(provider, { abortSignal });
  } catch {
    return addressHint(provider);
  }
  if (served.includes(modelId)) return undefined;
  const pullCommand = provider.known.localServer?.pullCommand;
  const pull = pullCommand === undefined ? '' : ` Get it with: ${pullCommand} ${modelId}.`;
  if (served.length === 0) return `${provider.name} serves no models now.${pull}`;
  const names = nearest(modelId, served).slice(0, MAX_NAMES);
  const more = served.length > names.length ? `, and ${served.length - names.length} more` : '';
  return `${provider.name} serves ${names.join(', ')}${more}.${pull}`;
}

function addressHint({ name, api, baseURL }: Provider): string {
  return `Check that ${baseURL} is the address of the API ${api} (providers.${name}: baseURL, api).`;
}

/** The names with the longest common prefix come first. */
function nearest(modelId: string, names: readonly string[]): readonly string[] {
  const shared = (name: string) => {
    const end = [...name].findIndex((character, index) => character !== modelId[index]);
    return end === -1 ? name.length : end;
  };
  return names.toSorted((left, right) => shared(right) - shared(left));
}

/** A page or JSON object instead of a stream has no part of an answer, which would look like an interrupted stream. */
function refuseOtherContent(
  provider: Provider,
  contentType: string,
): TransformStream<LanguageModelV4StreamPart, LanguageModelV4StreamPart> {
  let state: 'empty' | 'answered' | 'refused' = 'empty';
  const refuse = (controller: TransformStreamDefaultController<LanguageModelV4StreamPart>) => {
    state = 'refused';
    controller.enqueue({ type: 'error', error: otherContentError(provider, contentType) });
  };
  return new TransformStream({
    transform(part, controller) {
      if (state === 'empty' && (part.type === 'error' || part.type === 'finish')) refuse(controller);
      if (state === 'empty' && part.type !== 'stream-start') state = 'answered';
      if (state !== 'refused') controller.enqueue(part);
    },
    flush(controller) {
      if (state === 'empty') refuse(controller);
    },
  });
}

function otherContentError(provider: Provider, contentType: string): APICallError {
  return new APICallError({
    message: `it is ${contentType}, not a stream. ${addressHint(provider)}`,
    url: provider.baseURL,
    requestBodyValues: undefined,
    statusCode: 200,
    isRetryable: false,
  });
}
