/**
 * For images: makes packages that are optional for a library dependencies of the package in this folder, in the versions
 * that it is developed with: the native ones, and those of workers. `--prune` removes their builds for other machines once they are installed.
 *
 * Run: node scripts/production-package.ts [--prune]
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const NATIVE = ['node-llama-cpp', 'onnxruntime-node'];
const OF_WORKERS = ['aws4fetch', 'bullmq', 'ioredis', 'pg'];
const MANIFEST = 'package.json';

interface Manifest {
  dependencies: Record<string, string>;
  devDependencies?: Record<string, string>;
}

function addOptional(): void {
  const { devDependencies = {}, ...manifest } = JSON.parse(readFileSync(MANIFEST, 'utf8')) as Manifest;
  for (const name of [...NATIVE, ...OF_WORKERS]) {
    const version = devDependencies[name];
    if (version === undefined) throw new Error(`${MANIFEST} has no ${name} among its devDependencies`);
    manifest.dependencies[name] = version;
  }
  writeFileSync(MANIFEST, `${JSON.stringify(manifest, undefined, 2)}\n`);
}

/** Removes all entries of a folder but some. */
function keepOnly(folder: string, keep: (name: string) => boolean): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) if (!keep(name)) rmSync(join(folder, name), { recursive: true });
}

function prune(): void {
  const { platform, arch } = process;
  const onnx = 'node_modules/onnxruntime-node/bin/napi-v6';
  keepOnly(onnx, (name) => name === platform);
  keepOnly(join(onnx, platform), (name) => name === arch);
  keepOnly('node_modules/@node-llama-cpp', (name) => name === `${platform}-${arch}`);
}

if (process.argv[2] === '--prune') prune();
else addOptional();
