import type { CheckResult } from './check.ts';

/** Node against the `engines` of the package, which has the form `>=22.18`. */
export function checkNode({ version, engines }: { version: string; engines: string }): CheckResult {
  const lowest = /^>=\s*(\d+(?:\.\d+)*)$/.exec(engines.trim())?.[1];
  const fits = lowest === undefined || compareVersions(version, lowest) >= 0;
  return {
    name: 'Node.js',
    status: fits ? 'ok' : 'fail',
    detail: `${version} (needs ${engines})`,
    ...(fits ? {} : { help: 'Get a newer version from https://nodejs.org.' }),
  };
}

/** Negative where `left` is the older one. Missing parts count as 0. */
function compareVersions(left: string, right: string): number {
  const [lefts, rights] = [left, right].map((version) => version.split('.').map(Number.parseFloat));
  for (let part = 0; part < 3; part++) {
    const difference = (lefts?.[part] ?? 0) - (rights?.[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
