import { isIP } from 'node:net';
import { ApiError } from './api-error.ts';

/** Names of this machine itself. */
const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/** True for an address that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/** What is listened on, and by which names. */
export interface HostCheckOptions {
  /** As it is listened on, without brackets. */
  readonly host: string;
  readonly port: number;
  /** Further names, with a port or for any port. */
  readonly allowedHosts: readonly string[];
}

/**
 * Refuses requests that name another host, or come from a page of another origin: a page in a browser could reach a
 * server on this machine by a name of its own (DNS rebinding). Names are compared whole.
 */
export class HostCheck {
  readonly #names: ReadonlySet<string>;
  readonly #takesAddresses: boolean;

  constructor({ host, port, allowedHosts }: HostCheckOptions) {
    const name = isIP(host) === 6 ? `[${host}]` : host;
    this.#names = new Set(
      [
        ...[...LOOPBACK_NAMES, name].flatMap((one) => [`${one}:${port}`, ...(port === 80 ? [one] : [])]),
        ...allowedHosts,
      ].map((one) => one.toLowerCase()),
    );
    // No page reaches a server by an address that its own name does not have.
    this.#takesAddresses = !isLoopback(host);
  }

  /** @throws ApiError 403 */
  check({ host, origin }: { host: string | undefined; origin: string | undefined }): void {
    if (host === undefined || !this.#isOwn(host)) {
      throw new ApiError({
        status: 403,
        message: `The host ${JSON.stringify((host ?? '').slice(0, 200))} is not one of this server. If it should be, start it with --allow-host.`,
        code: 'host_not_allowed',
      });
    }
    if (origin === undefined) return;
    const [, own] = /^https?:\/\/([^/]+)$/.exec(origin) ?? [];
    if (own !== undefined && this.#isOwn(own)) return;
    throw new ApiError({
      status: 403,
      message: `Pages of the origin ${JSON.stringify(origin.slice(0, 200))} may not use this server.`,
      code: 'origin_not_allowed',
    });
  }

  #isOwn(given: string): boolean {
    const host = given.toLowerCase();
    if (this.#names.has(host)) return true;
    const [, name] = /^(\[[\da-f:.]+\]|[\w.-]+)(?::\d+)?$/.exec(host) ?? [];
    if (name === undefined) return false;
    return this.#names.has(name) || (this.#takesAddresses && isIP(name.replaceAll(/[[\]]/g, '')) > 0);
  }
}
