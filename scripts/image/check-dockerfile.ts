import { globSync, readFileSync, statSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';
import { type Instruction, parseDockerfile, type Stage, variablesOf } from './parse-dockerfile.ts';

/** What is wrong with the Dockerfile of a checkout, beside its `.dockerignore`; nothing is run. */
export function checkDockerfile(root: string): readonly string[] {
  const { stages } = parseDockerfile(readFileSync(join(root, 'Dockerfile'), 'utf8'));
  const ignored = readIgnored(root);
  const names = new Set<string>();
  const problems: string[] = [];
  for (const stage of stages) {
    if (!names.has(stage.base)) problems.push(...checkBase(stage.base));
    for (const instruction of stage.instructions) {
      problems.push(...checkInstruction(instruction, { root, names, ignored }));
    }
    if (stage.name !== undefined) names.add(stage.name);
  }
  const last = stages.at(-1);
  return last === undefined ? problems : [...problems, ...checkFinal(last)];
}

/** The image of Node has a whole version: another one would come by itself otherwise. */
function checkBase(base: string): readonly string[] {
  if (/^node:\d+\.\d+\.\d+-[\w.-]+(@sha256:[\da-f]{64})?$/.test(base)) return [];
  return [`the image ${base} has no whole version`];
}

function checkInstruction(
  { name, flags, text, line }: Instruction,
  { root, names, ignored }: { root: string; names: ReadonlySet<string>; ignored: (path: string) => boolean },
): readonly string[] {
  if ((name === 'ENV' || name === 'ARG') && /\b\w*(?:KEY|TOKEN|SECRET|PASSWORD)\w*\b/i.test(text)) {
    return [`line ${line}: a secret would stay in the image: ${text}`];
  }
  if ((name === 'ENTRYPOINT' || name === 'CMD') && !isList(text)) {
    return [`line ${line}: ${name} is no JSON list, so that a shell would get its signals`];
  }
  if (name !== 'COPY') return [];
  const { from } = flags;
  if (from !== undefined) return names.has(from) ? [] : [`line ${line}: there is no stage ${from} before`];
  return text
    .split(/\s+/)
    .slice(0, -1)
    .flatMap((source) => {
      const found = globSync(source, { cwd: root });
      if (found.length === 0) return [`line ${line}: ${source} is not in the checkout`];
      const isSent = found.some((path) => holdsFile(root, path, ignored));
      return isSent ? [] : [`line ${line}: .dockerignore leaves ${source} out`];
    });
}

/** What runs is no other than its maker: no root, and one who waits for it is told how it is. */
function checkFinal({ instructions }: Stage): readonly string[] {
  const last = (name: string) => instructions.findLast((instruction) => instruction.name === name)?.text;
  const user = last('USER') ?? '0';
  const [id] = user.split(':');
  return [
    ...(/^[1-9]\d*$/.test(id ?? '') ? [] : [`the user ${user} is not a number above 0`]),
    ...(last('HEALTHCHECK') === undefined ? ['there is no HEALTHCHECK'] : []),
    ...(last('ENTRYPOINT') === undefined ? ['there is no ENTRYPOINT'] : []),
    ...(instructions.some((one) => one.name === 'ENV' && variablesOf(one)['NODE_ENV'] === 'production')
      ? []
      : ['NODE_ENV is not production']),
  ];
}

function isList(text: string): boolean {
  try {
    return Array.isArray(JSON.parse(text));
  } catch {
    return false;
  }
}

/** Rules by lines, of which the last that fits counts; `!` takes back in. */
function readIgnored(root: string): (path: string) => boolean {
  const rules = readFileSync(join(root, '.dockerignore'), 'utf8')
    .split('\n')
    .map((row) => row.trim())
    .filter((row) => row !== '' && !row.startsWith('#'))
    .map((row) => ({ isBack: row.startsWith('!'), pattern: row.replace(/^!/, '') }));
  return (path) => {
    const rule = rules.findLast(({ pattern }) => parentsOf(path).some((parent) => matchesGlob(parent, pattern)));
    return rule !== undefined && !rule.isBack;
  };
}

/** A path and the folders that it is in. */
function parentsOf(path: string): readonly string[] {
  const names = path.split('/');
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}

function holdsFile(root: string, path: string, ignored: (path: string) => boolean): boolean {
  if (!statSync(join(root, path)).isDirectory()) return !ignored(path);
  return globSync(`${path}/**/*`, { cwd: root }).some(
    (inside) => statSync(join(root, inside)).isFile() && !ignored(inside),
  );
}
