import { type Environment, readVariable } from '../util/environment.ts';

/** Port of Ollama where none is named. */
const DEFAULT_PORT = '11434';

/**
 * Where Ollama listens, from OLLAMA_HOST as Ollama itself reads it: `host`, `host:port`, `:port`, or a whole URL,
 * whose port is that of its scheme where none is written. A server that listens on all addresses is asked on this machine.
 */
export function ollamaAddress(env: Environment): string {
  const value = readVariable(env, 'OLLAMA_HOST') ?? '';
  const [, scheme, rest = ''] = /^(?:(https?):\/\/)?(.*?)\/*$/i.exec(value) ?? [];
  const [authority = '', ...path] = rest.split('/');
  const [, host = '', port = ''] = /^(.*?)(?::(\d+))?$/.exec(authority) ?? [];
  const reachable = ['', '0.0.0.0', '[::]', '::'].includes(host) ? '127.0.0.1' : host;
  const written = port !== '' ? `:${port}` : scheme === undefined ? `:${DEFAULT_PORT}` : '';
  return [`${scheme?.toLowerCase() ?? 'http'}://${reachable}${written}`, ...path].join('/');
}
