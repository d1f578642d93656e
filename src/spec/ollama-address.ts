/** Port of Ollama where none is named. */
const DEFAULT_PORT = '11434';

/**
 * Where Ollama listens, from what OLLAMA_HOST holds, read as Ollama reads it: `host`, `host:port`, `:port`, or a whole
 * URL, whose port is that of its scheme where none is written. A server that listens on all addresses is reached on this
 * machine.
 */
export function ollamaAddress(value: string): string {
  const [, scheme, rest = ''] = /^(?:(https?):\/\/)?(.*?)\/*$/i.exec(value) ?? [];
  const [authority = '', ...path] = rest.split('/');
  const [, host = '', port = ''] = /^(.*?)(?::(\d+))?$/.exec(authority) ?? [];
  const reachable = ['', '0.0.0.0', '[::]', '::'].includes(host) ? '127.0.0.1' : host;
  const written = port !== '' ? `:${port}` : scheme === undefined ? `:${DEFAULT_PORT}` : '';
  return [`${scheme?.toLowerCase() ?? 'http'}://${reachable}${written}`, ...path].join('/');
}
