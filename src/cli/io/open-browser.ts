import { spawn } from 'node:child_process';
import type { Environment } from './terminal.ts';

/** The program that opens an address, by platform. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  // Not `start`, which is a command of a shell.
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/**
 * Opens an address in the browser, or in the program that `BROWSER` names. That a browser is there is not certain, such
 * as on a server, so a failure is none: the address is printed as well.
 */
export function openBrowser(url: string, env: Environment): void {
  const named = env['BROWSER'];
  const [program = 'xdg-open', ...args] =
    named === undefined || named === '' ? (OPENERS[process.platform] ?? []) : [named];
  const child = spawn(program, [...args, url], { env: { ...env }, stdio: 'ignore', detached: true });
  child.once('error', () => {});
  child.unref();
}
