import type { EnvHttpProxyAgent } from 'undici';
import { InvalidArgumentError } from '../../error/index.ts';
import { type Environment, readVariable } from '../../util/environment.ts';
import { redactSecrets } from '../../util/error-message.ts';
import { rememberSecret } from '../../util/known-secrets.ts';

/** A proxy of the environment. */
export interface Proxy {
  /** The variable that names it, as it is set. */
  readonly variable: string;
  /** Its address, without user name and password. */
  readonly address: string;
}

/** The proxies that the environment names: `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, upper or lower case. */
export class Proxies {
  readonly #http: NamedProxy | undefined;
  readonly #https: NamedProxy | undefined;
  readonly #exceptions: string;

  /** @throws InvalidArgumentError where a variable holds no address of a proxy. */
  constructor(env: Environment) {
    this.#http = readProxy(env, 'HTTP_PROXY');
    this.#https = readProxy(env, 'HTTPS_PROXY') ?? this.#http;
    this.#exceptions = read(env, 'NO_PROXY')?.value ?? '';
  }

  /** Undefined where there is no proxy. */
  get options(): EnvHttpProxyAgent.Options | undefined {
    if (this.#http === undefined && this.#https === undefined) return undefined;
    // Where one is undefined, undici would look it up in the environment of the process.
    return {
      httpProxy: this.#http?.url.href ?? '',
      httpsProxy: this.#https?.url.href ?? '',
      noProxy: this.#exceptions,
    };
  }

  /** The proxy that requests to an address go through. */
  find({ protocol, hostname, port }: URL): Proxy | undefined {
    const proxy = protocol === 'https:' ? this.#https : this.#http;
    const isException = this.#exceptions.split(/[\s,]+/).some((entry) => {
      const [, host = '', onlyPort] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
      const name = host.replace(/^\*?\./, '');
      if (name === '' || (onlyPort !== undefined && onlyPort !== port)) return false;
      return name === '*' || hostname === name || hostname.endsWith(`.${name}`);
    });
    return proxy === undefined || isException ? undefined : { variable: proxy.variable, address: proxy.url.origin };
  }
}

interface NamedProxy {
  readonly variable: string;
  readonly url: URL;
}

/** A variable in lower case counts first, as everywhere. */
function read(env: Environment, name: string): { variable: string; value: string } | undefined {
  for (const variable of [name.toLowerCase(), name]) {
    const value = readVariable(env, variable);
    if (value !== undefined) return { variable, value };
  }
  return undefined;
}

function readProxy(env: Environment, name: string): NamedProxy | undefined {
  const found = read(env, name);
  if (found === undefined) return undefined;
  const { variable, value } = found;
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`);
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    throw new InvalidArgumentError({
      parameter: variable,
      value: redactSecrets(value),
      message: 'expected the address of a proxy, such as http://127.0.0.1:3128. Set it so, or unset it.',
    });
  }
  if (url.password !== '') rememberSecret(decodeURIComponent(url.password));
  return { variable, url };
}
