/**
 * Checks the Dockerfile where no Docker runs. `--run FOLDER` also does its steps there, each stage in a folder of its own:
 * copies, installs and builds, then starts what the image starts and asks whether it is healthy.
 *
 * Run: node scripts/check-image.ts [--run FOLDER]
 *
 * The commands run on this machine and by its Node: that the base image has what they need is not checked.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, globSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { checkDockerfile } from './image/check-dockerfile.ts';
import { type Instruction, parseDockerfile, type Stage, variablesOf } from './image/parse-dockerfile.ts';

const root = join(import.meta.dirname, '..');
const { values } = parseArgs({ options: { run: { type: 'string' } } });
const print = (line: string) => process.stdout.write(`${line}\n`);

/** A stage as folders of this machine. */
interface BuiltStage {
  readonly folder: string;
  readonly environment: Record<string, string>;
  workdir: string;
}

/** Files of the image stand below the folder of their stage. */
function place({ folder, workdir }: BuiltStage, path: string): string {
  return join(folder, resolve(workdir, path));
}

/** The same paths in a text, where they are those of the image. */
function placed(stage: BuiltStage, text: string): string {
  return text.replaceAll(/(?<![\w./-])\/(?:data|opt|weights|build)\b/g, (path) => join(stage.folder, path));
}

function environmentOf(stage: BuiltStage): NodeJS.ProcessEnv {
  const { HOME = '', PATH = '' } = process.env;
  const own = Object.entries(stage.environment).map(([name, value]) => [name, placed(stage, value)] as const);
  return { HOME, PATH: `${dirname(process.execPath)}${delimiter}${PATH}`, ...Object.fromEntries(own) };
}

function copy(stage: BuiltStage, { flags, text }: Instruction, stages: ReadonlyMap<string, BuiltStage>): void {
  const words = text.split(/\s+/);
  const target = words.at(-1) ?? '.';
  const from = flags['from'] === undefined ? root : (stages.get(flags['from'])?.folder ?? root);
  for (const source of words.slice(0, -1)) {
    const found = globSync(source.replace(/^\//, ''), { cwd: from });
    if (found.length === 0) throw new Error(`COPY finds no ${source}`);
    for (const path of found) {
      const isFolder = statSync(join(from, path)).isDirectory();
      const to = place(stage, !isFolder && target.endsWith('/') ? join(target, basename(path)) : target);
      mkdirSync(dirname(to), { recursive: true });
      cpSync(join(from, path), to, { recursive: true, filter: (file) => !/\.test\.ts$|__fixtures__/.test(file) });
    }
  }
}

function build({ base, instructions }: Stage, folder: string, stages: ReadonlyMap<string, BuiltStage>): BuiltStage {
  const parent = stages.get(base);
  const stage: BuiltStage = {
    folder,
    environment: { ...parent?.environment },
    workdir: parent?.workdir ?? '/',
  };
  mkdirSync(folder, { recursive: true });
  if (parent !== undefined) cpSync(parent.folder, folder, { recursive: true, verbatimSymlinks: true });
  for (const instruction of instructions) {
    const { name, text } = instruction;
    if (name === 'WORKDIR') {
      stage.workdir = resolve(stage.workdir, text);
      mkdirSync(place(stage, '.'), { recursive: true });
    } else if (name === 'ENV') Object.assign(stage.environment, variablesOf(instruction));
    else if (name === 'COPY') copy(stage, instruction, stages);
    else if (name === 'RUN') {
      print(`RUN ${text}`);
      const options = { cwd: place(stage, '.'), env: environmentOf(stage), stdio: 'inherit' as const };
      execFileSync('sh', ['-c', placed(stage, text)], options);
    }
  }
  return stage;
}

function start(stage: BuiltStage, { instructions }: Stage, more: readonly string[]): ChildProcess {
  const listOf = (name: string) =>
    JSON.parse(placed(stage, instructions.findLast((one) => one.name === name)?.text ?? '[]')) as string[];
  const [command = '', ...args] = [...listOf('ENTRYPOINT'), ...(more.length === 0 ? listOf('CMD') : more)];
  print(`\n${[command, ...args].join(' ')}`);
  return spawn(command, args, { cwd: place(stage, '.'), env: environmentOf(stage), stdio: 'inherit' });
}

/** Does what the image does when it is run: a key is made, and the server says that it is healthy. */
async function tryImage(stage: BuiltStage, last: Stage): Promise<void> {
  const making = start(stage, last, ['keys', 'create', 'check']);
  await new Promise((done) => making.once('exit', done));
  const server = start(stage, last, []);
  const check = last.instructions.find(({ name }) => name === 'HEALTHCHECK')?.text.replace(/^CMD\s+/, '') ?? '[]';
  const [command = '', ...args] = JSON.parse(check) as string[];
  try {
    for (let tries = 0; ; tries += 1) {
      await delay(500);
      try {
        execFileSync(command, args, { env: environmentOf(stage) });
        break;
      } catch (error) {
        if (tries === 40 || server.exitCode !== null) throw error;
      }
    }
    print('It is healthy.');
  } finally {
    server.kill('SIGTERM');
    await new Promise((done) => server.once('exit', done));
  }
}

const problems = checkDockerfile(root);
for (const problem of problems) print(`Dockerfile: ${problem}`);
if (problems.length > 0) process.exitCode = 1;
else if (values.run !== undefined) {
  const { stages } = parseDockerfile(readFileSync(join(root, 'Dockerfile'), 'utf8'));
  const built = new Map<string, BuiltStage>();
  for (const [index, stage] of stages.entries()) {
    const name = stage.name ?? `stage-${index}`;
    print(`\n== ${name}`);
    built.set(name, build(stage, join(resolve(values.run), name), built));
  }
  const last = stages.at(-1);
  const final = [...built.values()].at(-1);
  if (last !== undefined && final !== undefined) await tryImage(final, last);
}
