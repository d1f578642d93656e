#!/usr/bin/env node
// The installed command. In CommonJS and without newer syntax, so that a Node too old for the rest can read it and say
// so: everything else is loaded only after the check.
const { engines } = require('../../package.json') as { readonly engines: { readonly node: string } };

/** Numbers of a version, or of `>=22.19`. */
function numbersOf(version: string): number[] {
  return version
    .replace(/[^\d.]/g, '')
    .split('.')
    .map(Number);
}

const [neededMajor = 0, neededMinor = 0] = numbersOf(engines.node);
const [major = 0, minor = 0] = numbersOf(process.versions.node);
if (major < neededMajor || (major === neededMajor && minor < neededMinor)) {
  process.stderr.write(
    `error: llm-blender needs Node.js ${neededMajor}.${neededMinor} or newer, and this is ${process.versions.node}: get a newer one from https://nodejs.org.\n`,
  );
  process.exitCode = 1;
} else {
  void import('./main.ts');
}
