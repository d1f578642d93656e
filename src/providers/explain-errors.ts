import { callErrorKind } from '../calls/index.ts';
import type { HttpClient } from './chat-completions/index.ts';
import type { Provider } from './find-provider.ts';
import { servedModels } from './served-models.ts';

/** Most names of models in a message. */
const MAX_NAMES = 8;

/** Adds a hint to the message of an error: which key to check, what is served instead, what to start. */
export async function explainError(error: Error, failed: FailedModel): Promise<void> {
  const hint = await findHint(error, failed);
  if (hint !== undefined) error.message = `${error.message.replace(/\.?$/, '.')} ${hint}`;
}

/** The model that failed. */
export interface FailedModel {
  readonly provider: Provider;
  readonly modelId: string;
  readonly client: HttpClient;
  readonly abortSignal: AbortSignal | undefined;
}

async function findHint(error: unknown, failed: FailedModel): Promise<string | undefined> {
  const { provider, client } = failed;
  switch (callErrorKind(error)) {
    case 'refused':
      return keyHint(provider);
    case 'not-found':
      return servedHint(failed);
    case 'unreachable': {
      const proxy = client.proxyFor(provider.baseURL);
      return proxy === undefined
        ? `Nothing answers at ${provider.baseURL}.${startHint(provider)}`
        : `Requests to ${provider.baseURL} go through the proxy ${proxy.address}, which ${proxy.variable} names. NO_PROXY lists the hosts that need none.`;
    }
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

async function servedHint({ provider, modelId, client, abortSignal }: FailedModel): Promise<string | undefined> {
  let served: readonly string[];
  try {
    served = await servedModels(provider, { client, abortSignal });
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
